"""What an administrator may give, take back or approve: only what they hold, only below them, never to themselves."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from parvis.access import conditions
from parvis.access.enums import ADMINISTRATIVE, EVERY_PROCESS, Action, PrincipalKind
from parvis.access.queries.deciding import Held
from parvis.access.queries.listing import every_grant
from parvis.core import sql
from parvis.core.actor import Actor
from parvis.core.clock import today
from parvis.core.errors import AbsentError, DomainError, RefusedError

OFFICE = frozenset(Action) - ADMINISTRATIVE
"""What administering agents lets one give without holding it: the organisation gives it, through its administrator."""
DEEPEST = 3

_AREA = "SELECT path, parent_id FROM directory_unit WHERE id = %(unit)s AND organisation_id = %(organisation)s"
_REACHED = """
SELECT DISTINCT post.account_id FROM directory_membership post
LEFT JOIN directory_unit desk ON desk.id = post.unit_id
JOIN directory_unit place ON place.id = %(unit)s AND place.organisation_id = post.organisation_id
WHERE (post.ends_on IS NULL OR post.ends_on >= %(today)s)
AND (place.parent_id IS NULL OR starts_with(desk.path, place.path))
"""
_ACCOUNT = """
SELECT account_id FROM directory_membership
WHERE id = %(id)s AND organisation_id = %(organisation)s AND (ends_on IS NULL OR ends_on >= %(today)s)
"""


@dataclass(frozen=True, slots=True)
class Holder:
    """Who receives a right."""

    kind: PrincipalKind
    id: UUID

    @property
    def reference(self) -> str:
        """The stable form written in the journal."""
        return f"{self.kind}:{self.id}"


@dataclass(frozen=True, slots=True)
class Wanted:
    """A right to give. ``minima`` are those of identity, authentication and link; ``unit`` None is the whole."""

    organisation: UUID
    actions: Collection[Action]
    process: str = EVERY_PROCESS
    unit: UUID | None = None
    condition: conditions.Condition = field(default_factory=dict)
    minima: tuple[int, int, int] = (0, 0, 0)
    depth: int = 0
    valid_to: datetime | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Authority:
    """What a gift rests on: the giver's grants, the one it is cut from (None: given by office), and its end."""

    grants: tuple[UUID, ...] = ()
    parent: UUID | None = None
    ends_at: datetime | None = None


def area_of(unit: UUID | None, organisation: UUID) -> str:
    """Return the path of a perimeter, empty for the whole organisation. Raise AbsentError for a unit of another."""
    if unit is None:
        return ""
    found = sql.fetch(_AREA, {"unit": unit, "organisation": organisation})
    if not found:
        raise AbsentError("unit_unknown", "Ce service n’existe pas dans cette organisation.", field="unit")
    path, parent = found[0]
    return str(path) if parent else ""


def to_give(actor: Actor, wanted: Wanted) -> Authority:
    """Return what lets the actor give this, or raise RefusedError."""
    area = area_of(wanted.unit, wanted.organisation)
    if actor.kind == "system":
        return Authority()
    rows = [row for row in every_grant(actor) if _covers(row, wanted, area)]
    actions = frozenset(wanted.actions)
    for row in rows:
        if Action.MEMBERS_MANAGE in row.actions and actions <= OFFICE and wanted.depth <= DEEPEST:
            return Authority((row.id,))
    for row in rows:
        if _hands_on(row, wanted, actions):
            return Authority((row.id,), row.id, row.ends_at)
    if not any(Action.MEMBERS_MANAGE in row.actions or row.depth for row in rows):
        raise RefusedError(
            "forbidden",
            "Vous n’avez pas le droit de faire cette action. Demandez-le à l’administrateur de votre organisme.",
        )
    raise RefusedError(
        "wider_than_yours",
        "Vous ne pouvez donner que les droits que vous avez, dans les limites des vôtres."
        " Réduisez ce que vous donnez, ou demandez à un autre administrateur.",
    )


def to_administer(
    actor: Actor, organisation: UUID, *, unit: UUID | None = None, process: str = EVERY_PROCESS
) -> tuple[UUID, ...]:
    """Return the grants by which the actor administers this part of an organisation, or raise RefusedError."""
    area = area_of(unit, organisation)
    if actor.kind == "system":
        return ()
    place = Wanted(organisation, (), process, unit)
    rows = [row for row in every_grant(actor, Action.MEMBERS_MANAGE) if _covers(row, place, area)]
    if not rows:
        raise RefusedError(
            "forbidden",
            "Vous n’avez pas le droit de faire cette action. Demandez-le à l’administrateur de votre organisme.",
        )
    return tuple(row.id for row in rows)


def _covers(row: Held, wanted: Wanted, area: str) -> bool:
    """Tell whether a grant of the giver covers the place, the process and the condition of what is to be given."""
    return (
        row.organisation == wanted.organisation
        and row.process in (EVERY_PROCESS, wanted.process)
        and area.startswith(row.area)
        and conditions.is_within(wanted.condition, row.condition)
    )


def _hands_on(row: Held, wanted: Wanted, actions: frozenset[Action]) -> bool:
    reach = {*row.actions, *(OFFICE if Action.MEMBERS_MANAGE in row.actions else ())}
    longer = wanted.valid_to is not None and row.ends_at is not None and wanted.valid_to > row.ends_at
    strict = all(mine >= theirs for mine, theirs in zip(wanted.minima, row.minima, strict=True))
    return 0 <= wanted.depth < row.depth and actions <= reach and strict and not longer


def people_reached(holder: Holder, organisation: UUID) -> set[UUID]:
    """Return the accounts that a right given to this holder reaches. Raise AbsentError for one of another place."""
    values = {"id": holder.id, "unit": holder.id, "organisation": organisation, "today": today()}
    if holder.kind == PrincipalKind.ACCOUNT:
        return {holder.id}
    if holder.kind == PrincipalKind.MEMBERSHIP:
        found = {row[0] for row in sql.fetch(_ACCOUNT, values)}
        if not found:
            raise AbsentError("membership_unknown", "Cette personne ne travaille pas, ou plus, dans cet organisme.")
        return found
    if holder.kind == PrincipalKind.UNIT:
        area_of(holder.id, organisation)
        return {row[0] for row in sql.fetch(_REACHED, values)}
    return set()


def people_held(holder: Holder, organisation: UUID) -> set[UUID]:
    """Return the same, empty for someone who has left or a place that is no more: their grants can still go."""
    try:
        return people_reached(holder, organisation)
    except AbsentError:
        return set()


def refuse_self(actor: Actor, people: set[UUID], code: str = "own_rights") -> None:
    """Raise DomainError when the actor is among those whose rights would change."""
    if actor.id not in people:
        return
    if code == "self_grant":
        raise DomainError(
            code, "Vous ne pouvez pas vous donner un droit à vous-même. Demandez-le à un autre administrateur."
        )
    raise DomainError(code, "Vous ne pouvez pas changer vos propres droits. Demandez-le à un autre administrateur.")


def refuse_over_peers(actor: Actor, people: set[UUID], organisation: UUID) -> None:
    """Raise RefusedError when one of these people has a right over rights that none of the actor's covers."""
    if actor.kind == "system":
        return
    mine = _powers(actor, organisation)
    for person in people - {actor.id}:
        for power in _powers(Actor("account", person, assurance=(3, 3, 2)), organisation):
            if not any(_outranks(own, power) for own in mine):
                raise RefusedError(
                    "more_powerful",
                    "Cette personne a plus de droits que vous dans cet organisme."
                    " Demandez ce changement à un administrateur de son rang.",
                )


def _powers(actor: Actor, organisation: UUID) -> list[Held]:
    rows = every_grant(actor)
    return [row for row in rows if row.organisation == organisation and ADMINISTRATIVE.intersection(row.actions)]


def _outranks(mine: Held, theirs: Held) -> bool:
    return (
        ADMINISTRATIVE.intersection(theirs.actions) <= set(mine.actions)
        and mine.process in (EVERY_PROCESS, theirs.process)
        and theirs.area.startswith(mine.area)
        and not mine.condition
        and mine.depth >= theirs.depth
    )
