"""`parvis bench signing`: what signatures, timestamps, evidence and verification cost."""

from parvis.cli.bench.signing.measuring import measure

__all__ = ["measure"]
