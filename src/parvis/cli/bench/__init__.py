"""`parvis bench`: what Parvis costs, measured beside a bare baseline in the same run. How to read it: docs/bench.md."""

from parvis.cli.bench.command import add_arguments, run

__all__ = ["add_arguments", "run"]
