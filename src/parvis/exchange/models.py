"""Tables of the exchange context."""
