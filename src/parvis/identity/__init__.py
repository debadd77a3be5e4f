"""Accounts, sign-in, machine clients and their tokens."""
