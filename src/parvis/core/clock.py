"""The one clock. Rules take dates as arguments; only commands read it."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.utils import timezone

PARIS = ZoneInfo("Europe/Paris")


def now() -> datetime:
    """Return the present instant, in UTC."""
    return timezone.now()


def today() -> date:
    """Return today's date in metropolitan France: the date that French administrative delays count from."""
    return timezone.now().astimezone(PARIS).date()
