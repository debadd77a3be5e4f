"""Tables of the insight context."""
