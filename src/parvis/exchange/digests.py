"""Pure rules of the e-mail digests: at which hours of Paris each frequency writes."""

from datetime import datetime, time, timedelta

from parvis.core.clock import PARIS
from parvis.exchange.enums import MailFrequency

HOURS: dict[str, tuple[int, ...]] = {MailFrequency.DAILY: (8,), MailFrequency.TWICE_DAILY: (8, 14)}


def last_slot(frequency: str, now: datetime) -> datetime:
    """Return the latest moment, at or before ``now``, when this frequency writes.

    What was new before that moment and has not been told is due: a worker that was down at 8:00 catches up, and a
    second run in the same slot finds nothing. Raise KeyError for a frequency that has no hours.
    """
    local = now.astimezone(PARIS)
    slots = (
        datetime.combine(local.date() - timedelta(days=days), time(hour), PARIS)
        for days in (0, 1)
        for hour in HOURS[frequency]
    )
    return max(slot for slot in slots if slot <= now)
