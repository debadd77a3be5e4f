"""`parvis demo`: a whole installation with made-up people, and one journey played on it from end to end."""

from parvis.cli.demo.command import add_arguments, run

__all__ = ["add_arguments", "run"]
