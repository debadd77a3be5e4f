"""What row-level security costs on lists and counts, among two million cases of two thousand organisations."""

from parvis.cli.bench.tenancy.measuring import measure

__all__ = ["measure"]
