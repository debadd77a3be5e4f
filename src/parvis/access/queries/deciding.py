"""The decision: may this actor do this action on this object? Deny by default, and say why."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from parvis.access import conditions
from parvis.access.enums import EVERY_PROCESS, Action
from parvis.access.queries import separation, statements
from parvis.core import sql
from parvis.core.actor import Actor
from parvis.core.clock import now, today
from parvis.core.errors import RefusedError

Authors = Mapping[str, UUID | None]
"""Who did the earlier actions on this object, by action: what separation of duties looks at."""


@dataclass(frozen=True, slots=True)
class Decision:
    """The answer, why, and the grants it rests on (written in the journal with the act).

    ``reasons`` are codes, the deciding one first: ``granted``, ``system``, or why not (``anonymous``, ``no_grant``,
    ``acting_for_another``, ``condition``, ``assurance``, ``separation``). ``needs`` says what a surer session would
    bring (axis: value), empty otherwise.
    """

    allowed: bool
    reasons: tuple[str, ...]
    grants: tuple[UUID, ...] = ()
    needs: Mapping[str, int] = field(default_factory=dict)

    @property
    def reason(self) -> str:
        """The deciding reason."""
        return self.reasons[0]


@dataclass(frozen=True, slots=True)
class Held:
    """A grant that someone holds now, until ``ends_at`` (None: no end known), to be passed on ``depth`` times.

    ``area`` is the path of its perimeter, empty for the whole organisation.
    """

    id: UUID
    organisation: UUID
    process: str
    area: str
    condition: conditions.Condition
    minima: tuple[int, int, int]
    link: int
    actions: tuple[str, ...]
    depth: int
    ends_at: datetime | None

    def needs(self, actor: Actor) -> dict[str, int]:
        """What the actor's session lacks for this grant. A program proves itself by its key: it lacks nothing."""
        if actor.kind == "client":
            return {}
        identity, authentication, _ = actor.assurance
        have = zip(("identity", "authentication", "organisation"), (identity, authentication, self.link), strict=True)
        return {axis: least for (axis, value), least in zip(have, self.minima, strict=True) if value < least}


def may(
    actor: Actor,
    action: Action,
    *,
    organisation: UUID,
    process: str,
    unit: UUID | None = None,
    subject: conditions.Facts | None = None,
    authors: Authors | None = None,
) -> Decision:
    """Decide. One query (two when ``authors`` is given); the platform itself (`SYSTEM`) needs no grant.

    ``unit`` is where the object is kept: without it, only grants on the whole organisation open it. ``subject`` gives
    the facts that conditions speak of (`conditions.GRAMMAR`).
    """
    if actor.kind == "system":
        return Decision(allowed=True, reasons=("system",))
    if actor.id is None:
        return Decision(allowed=False, reasons=("anonymous",))
    if actor.acting_for not in (None, organisation):
        return Decision(allowed=False, reasons=("acting_for_another",))
    values = {
        "action": action,
        "organisation": organisation,
        "codes": [process, EVERY_PROCESS],
        "unit": unit,
    }
    rows = held(actor, values, one_object=True)
    decision = weigh(actor, rows, subject or {})
    if decision.allowed and authors and separation.forbids(actor, action, organisation, process, authors):
        return Decision(allowed=False, reasons=("separation",), grants=decision.grants)
    return decision


def weigh(actor: Actor, rows: Iterable[Held], subject: conditions.Facts) -> Decision:
    """Decide among the grants that cover the object: one whose condition holds, in a sure enough session."""
    reason = "no_grant"
    needs: dict[str, int] = {}
    granted = []
    for row in rows:
        if row.condition and not conditions.holds(row.condition, subject, actor.person):
            reason = "condition" if reason == "no_grant" else reason
        elif lacking := row.needs(actor):
            reason = "assurance"
            needs = lacking if not needs or sum(lacking.values()) < sum(needs.values()) else needs
        else:
            granted.append(row.id)
    if granted:
        return Decision(allowed=True, reasons=("granted",), grants=tuple(granted))
    return Decision(allowed=False, reasons=(reason,), needs=needs)


def require(
    actor: Actor,
    action: Action,
    *,
    organisation: UUID,
    process: str,
    unit: UUID | None = None,
    subject: conditions.Facts | None = None,
) -> Decision:
    """Return the decision, or raise RefusedError when it is no."""
    decision = may(actor, action, organisation=organisation, process=process, unit=unit, subject=subject)
    if not decision.allowed:
        raise RefusedError(
            "forbidden",
            "Vous n’avez pas le droit de faire cette action. Demandez-le à l’administrateur de votre organisme.",
        )
    return decision


def held(actor: Actor, values: Mapping[str, Any], *, one_object: bool, at: datetime | None = None) -> list[Held]:
    """Return the grants that an actor holds, see `statements.held`. One query."""
    statement = statements.held(actor.kind, acting_for=actor.acting_for is not None, one_object=one_object)
    moment = {"person": actor.person, "now": at or now(), "today": today()}
    return [_read(row) for row in sql.fetch_prepared(statement, {**values, **moment})]


def _read(row: tuple[Any, ...]) -> Held:
    grant, organisation, process, area, condition, identity, authentication, link_least, link, actions, depth, end = row
    clauses = {} if condition == "{}" else json.loads(condition)
    minima = (identity, authentication, link_least)
    return Held(grant, organisation, process, area or "", clauses, minima, link, tuple(actions), depth, end)
