"""Pure rules of the bulk-exfiltration breaker: what a normal caller looks like, and when one stops being it.

A town's software takes each document of a new case once, perhaps twice when a connection breaks. That is *expected*,
however many cases arrive: on 31 December it is simply a busy day. Taking documents again and again, or those of cases
settled long ago, is *unexpected*: a few are normal, a flood is a theft (HubEE, January 2026: 160,000 documents).
Each caller has a budget of unexpected downloads, sized on its own past.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

EXPECTED_TIMES = 3  # the third time is still a retry
FRESH = timedelta(days=30)
LEAST, MOST = 40.0, 90.0  # MOST stays under 100: the promise is to stop a theft within 100 documents
TIMES_THE_MEAN = 3.0
REFILL = timedelta(hours=12)
MEMORY_DAYS = 14.0
DAY_SECONDS = 86_400.0


@dataclass(frozen=True, slots=True)
class Budget:
    """What a caller has left, and its own mean of unexpected downloads a day."""

    tokens: float
    mean_per_day: float
    counted_at: datetime


def is_expected(*, deliveries: int, told_at: datetime | None, settled: bool, now: datetime) -> bool:
    """Tell whether taking this document is ordinary work on a case."""
    if told_at is None or deliveries >= EXPECTED_TIMES:
        return False
    return not (settled and now - told_at > FRESH)


def capacity(mean_per_day: float) -> float:
    """Return how many unexpected downloads in a row a caller with this past may make."""
    return max(LEAST, min(TIMES_THE_MEAN * mean_per_day, MOST))


def fresh(now: datetime) -> Budget:
    """Return the budget of a caller with no past."""
    return Budget(LEAST, 0.0, now)


def spend(budget: Budget, now: datetime) -> Budget:
    """Return the budget after one unexpected download; below zero, the caller is cut."""
    elapsed = max(0.0, (now - budget.counted_at).total_seconds())
    full = capacity(budget.mean_per_day)
    refilled = min(full, budget.tokens + full * elapsed / REFILL.total_seconds())
    # A mean that forgets: the weight of the past falls with time, one download adds its share of a day.
    kept = max(0.0, 1.0 - elapsed / DAY_SECONDS / MEMORY_DAYS)
    mean = budget.mean_per_day * kept + 1.0 / MEMORY_DAYS
    return replace(budget, tokens=refilled - 1.0, mean_per_day=mean, counted_at=now)
