"""The board: how many cases wait, in which state, for how long, and which of them are late."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

from django.db.models import Case as Choose
from django.db.models import Count, DurationField, F, Func, Q, QuerySet, Value, When

from parvis.access import queries as access
from parvis.access.enums import Action
from parvis.catalogue.enums import SETTLED, CaseStatus
from parvis.core.actor import Actor
from parvis.core.clock import now
from parvis.exchange.models import Case
from parvis.exchange.queries.parties import is_platform

# Upper bounds of the ages, in days; the last age has none.
AGE_DAYS = (1, 3, 7, 30)
AGES = len(AGE_DAYS) + 1
UNTOLD = (CaseStatus.HUBEE_RECEIVED, CaseStatus.HUBEE_COMPLETED)


@dataclass(frozen=True, slots=True)
class BoardLine:
    """One process, organisation and state: how many cases of each age in this state, and how many of them are late."""

    process: str
    organisation: UUID
    organisation_name: str
    status: str
    counts: tuple[int, ...]
    late: tuple[int, ...]

    @property
    def total(self) -> int:
        """Cases of every age."""
        return sum(self.counts)

    @property
    def total_late(self) -> int:
        """Cases that have been in this state longer than their process admits."""
        return sum(self.late)


def board(actor: Actor, *, process: str = "", organisation: UUID | None = None) -> list[BoardLine]:
    """Return the lines the actor may see, by process, organisation and state. One aggregation, whatever the volume.

    The platform's administrators see everything; agents, the cases their organisations may read. Settled cases are left
    out: nothing waits. An age is the time spent in the present state.
    """
    cases = _visible(actor).exclude(status__in=SETTLED)
    if process:
        cases = cases.filter(process_id=process)
    if organisation:
        cases = cases.filter(recipient_id=organisation)
    moment = now()
    ages = [
        When(updated_at__gt=moment - timedelta(days=days), then=Value(place)) for place, days in enumerate(AGE_DAYS)
    ]
    rows = (
        cases.order_by()
        .annotate(age=Choose(*ages, default=Value(len(AGE_DAYS))), limit=_limit())
        .values_list("process_id", "recipient_id", "recipient__name", "status", "age")
        .annotate(total=Count("id"), late=Count("id", filter=Q(updated_at__lt=Value(moment) - F("limit"))))
    )
    return _lines(rows)


def _visible(actor: Actor) -> "QuerySet[Case]":
    if is_platform(actor):
        return Case.objects.all()
    mine = access.scope(actor, Action.CASE_READ, organisation="recipient_id", process="process_id", unit="unit")
    return Case.objects.filter(mine).exclude(status__in=UNTOLD)


def _limit() -> Func:
    """How long a case may stay in its state; NULL, so never late, when its process gives no number."""
    days = Func(F("process__alert_days"), F("status"), template="(%(expressions)s)::float", arg_joiner=" ->> ")
    return Func(days, template="make_interval(secs => 86400 * %(expressions)s)", output_field=DurationField())


def _lines(rows: Iterable[tuple[str, UUID, str, str, int, int, int]]) -> list[BoardLine]:
    lines: dict[tuple[str, UUID, str], BoardLine] = {}
    empty = (0,) * AGES
    for process, organisation, name, status, age, count, late in rows:
        key = process, organisation, status
        line = lines.get(key) or BoardLine(process, organisation, name, status, empty, empty)
        lines[key] = replace(line, counts=_put(line.counts, age, count), late=_put(line.late, age, late))
    order = list(CaseStatus)
    return sorted(
        lines.values(), key=lambda one: (one.process, one.organisation_name, order.index(CaseStatus(one.status)))
    )


def _put(counts: tuple[int, ...], place: int, value: int) -> tuple[int, ...]:
    return (*counts[:place], value, *counts[place + 1 :])
