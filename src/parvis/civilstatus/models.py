"""Tables of the civilstatus context."""
