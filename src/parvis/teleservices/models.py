"""Tables of the teleservices context."""
