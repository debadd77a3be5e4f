"""`parvis witness`: the small program by which a tribunal or a town cosigns a journal. No database, no Django."""

from parvis.cli.witness.command import add_arguments, run

__all__ = ["add_arguments", "run"]
