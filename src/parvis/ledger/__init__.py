"""Append-only Merkle log of everything that was done, by whom and why."""
