"""Tables of the directory context."""
