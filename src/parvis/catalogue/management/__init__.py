"""Command-line entry points of the catalogue."""
