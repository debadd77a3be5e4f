"""Tables of the signing context."""
