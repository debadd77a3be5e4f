"""`parvis bench deposit`: one folder, one case, six fields, no document, journaled, by the API of the hub."""

from parvis.cli.bench.deposit.measuring import measure

__all__ = ["measure"]
