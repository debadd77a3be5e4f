"""Tables of the legality context."""
