"""Django's PostgreSQL, where every connection says for whom it works before it does anything (see `core.tenancy`)."""
