"""The embedded PostgreSQL: binaries from a wheel, run by our own launcher (specs: measured traps of the wheel's)."""
