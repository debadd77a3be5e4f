"""`parvis bench crash`: the web, the worker and the database killed at random while folders come and go."""

from parvis.cli.bench.crash.measuring import measure

__all__ = ["measure"]
