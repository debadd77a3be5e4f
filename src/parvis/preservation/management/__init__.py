"""Django commands of the preservation context."""
