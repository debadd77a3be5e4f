"""`parvis bench hub`: whole folders with their documents, the delays that recipients see, one document of 1 GB."""

from parvis.cli.bench.hub.measuring import measure

__all__ = ["measure"]
