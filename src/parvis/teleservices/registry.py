"""Which journey serves which online service."""

from parvis.teleservices.census.journey import CENSUS
from parvis.teleservices.journey import Journey

_JOURNEYS = {journey.service: journey for journey in (CENSUS,)}


def journey(service: str) -> Journey | None:
    """Return the journey of an online service, or None."""
    return _JOURNEYS.get(service)
