"""The journal at a million entries: appending, proving, sequencing, beside raw SHA-256."""

from parvis.cli.bench.ledger.measuring import measure

__all__ = ["measure"]
