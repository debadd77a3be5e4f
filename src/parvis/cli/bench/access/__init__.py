"""Decisions on rights: how long one takes among half a million grants, and whether an independent judge agrees."""

from parvis.cli.bench.access.measuring import measure

__all__ = ["measure"]
