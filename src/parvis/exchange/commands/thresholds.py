"""How long a case may stay in each state before it is late: the operator's choice, by process."""

from collections.abc import Mapping
from typing import Any

from parvis.catalogue import commands as catalogue
from parvis.catalogue.enums import SETTLED, CaseStatus
from parvis.core.actor import Actor
from parvis.core.errors import Problems
from parvis.exchange.commands.subscriptions import require_platform

WATCHED = tuple(status for status in CaseStatus if status not in SETTLED)
MOST_DAYS = 3650


def set_thresholds(*, process: str, days: Mapping[str, int | None], actor: Actor) -> None:
    """Replace the limits of a process, in days by state; None is no limit.

    Raise RefusedError without the platform's right, AbsentError for an unknown process, DomainError with every defect.
    """
    require_platform(actor)
    problems = Problems()
    for status, limit in days.items():
        if status not in WATCHED:
            problems.add(
                "unknown_status", "L’état « %(status)s » n’existe pas.", field=status, params={"status": status[:30]}
            )
        elif limit is not None and not 1 <= limit <= MOST_DAYS:
            problems.add(
                "bad_days", "Indiquez un nombre de jours de 1 à %(most)s.", field=status, params={"most": MOST_DAYS}
            )
    problems.refuse_if_any()
    values: dict[str, Any] = {"alert_days": {status: limit for status, limit in days.items() if limit is not None}}
    catalogue.save_process(code=process, values=values, actor=actor, create=False)
