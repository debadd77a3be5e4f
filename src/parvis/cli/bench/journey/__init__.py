"""`parvis bench journey`: the recensement citoyen, from its start page to the page that follows the request sent."""

from parvis.cli.bench.journey.measuring import measure

__all__ = ["measure"]
