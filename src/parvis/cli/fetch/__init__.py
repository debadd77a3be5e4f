"""`parvis fetch`: what a town's script does, on any machine, without Parvis's database."""

from parvis.cli.fetch.command import add_arguments, run

__all__ = ["add_arguments", "run"]
