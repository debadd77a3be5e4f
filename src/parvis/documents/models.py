"""Tables of the documents context."""
