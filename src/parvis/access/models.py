"""Tables of the access context."""
