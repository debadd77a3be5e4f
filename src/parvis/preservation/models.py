"""Tables of the preservation context."""
