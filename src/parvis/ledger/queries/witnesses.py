"""Who witnesses the journal, how far, and what they found wrong."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Max

from parvis.ledger.models import Checkpoint, Witness


@dataclass(frozen=True, slots=True)
class WitnessState:
    """A witness. ``behind`` counts the entries it has not seen; ``last_at`` is its last cosignature."""

    id: UUID
    name: str
    url: str
    size: int
    behind: int
    last_at: datetime | None
    failures: int
    problem: str
    alarm: str
    alarm_at: datetime | None


def witnesses() -> list[WitnessState]:
    """Return those in service, by name. Two queries."""
    size = Checkpoint.objects.order_by("-size").values_list("size", flat=True).first() or 0
    rows = Witness.objects.filter(dropped_at=None).annotate(last=Max("cosignatures__at")).order_by("name", "id")
    return [
        WitnessState(
            id=one.id,
            name=one.name,
            url=one.url,
            size=one.size,
            behind=max(0, size - one.size),
            last_at=one.last,
            failures=one.failures,
            problem=one.problem,
            alarm=one.alarm,
            alarm_at=one.alarm_at,
        )
        for one in rows
    ]
