"""`parvis bench preservation`: what it costs to restore, to read again, to deposit registers."""

from parvis.cli.bench.preservation.measuring import measure

__all__ = ["measure"]
