"""Errors, ids, clock, outbox, settings readers, embedded PostgreSQL."""
