"""Give the registers back from one site alone."""
