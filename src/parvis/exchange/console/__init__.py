"""Supervision pages: the board, for the operator and for each organisation, and the limits of a process."""
