"""Why can this person see this, or not? Who can see this? Answers for administrators, at leisure: many queries."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from parvis.access import conditions
from parvis.access.enums import EVERY_PROCESS, Action, PrincipalKind
from parvis.access.models import Cover, Grant, Mandate
from parvis.access.queries.deciding import Decision, may
from parvis.core import sql
from parvis.core.actor import Actor
from parvis.core.clock import now

SUREST = (3, 3, 2)
"""The session supposed of someone who is not here to show theirs: the minima are told, not held against them."""

_PRINCIPALS = """
WITH posts AS (
    SELECT post.id, coalesce(place.path, '') AS path FROM directory_membership post
    LEFT JOIN directory_unit place ON place.organisation_id = post.organisation_id
        AND (place.id = post.unit_id OR post.unit_id IS NULL AND place.parent_id IS NULL)
    WHERE post.account_id = %(person)s AND post.organisation_id = %(organisation)s
)
SELECT 'membership', id FROM posts
UNION SELECT 'unit', step::uuid FROM posts, unnest(string_to_array(trim(both '/' from path), '/')) AS step
"""
_WITHIN = "SELECT starts_with((SELECT path FROM directory_unit WHERE id = %(unit)s), %(area)s)"
# Everyone who might: the holders of a grant there, those who work in a unit that holds one, whoever stands in for
# them, and the people and programs of the editors that hold a mandate.
_CANDIDATES = """
WITH held AS (
    SELECT DISTINCT principal_kind AS kind, principal_id AS id FROM access_grant
    WHERE organisation_id = %(organisation)s AND revoked_at IS NULL AND %(action)s = ANY(actions)
    AND process_code = ANY(%(codes)s)
), people AS (
    SELECT id AS account_id FROM held WHERE kind = 'account'
    UNION SELECT post.account_id FROM held JOIN directory_membership post
        ON held.kind = 'membership' AND post.id = held.id
    UNION SELECT post.account_id FROM held JOIN directory_unit place ON held.kind = 'unit' AND place.id = held.id
        JOIN directory_membership post ON post.organisation_id = %(organisation)s
        LEFT JOIN directory_unit desk ON desk.id = post.unit_id
        WHERE place.parent_id IS NULL OR starts_with(desk.path, place.path)
), standing AS (
    SELECT person.account_id FROM people JOIN directory_membership away USING (account_id)
    JOIN access_cover cover ON cover.absent_id = away.id AND cover.revoked_at IS NULL
    JOIN directory_membership person ON person.id = cover.substitute_id
), editors AS (
    SELECT mandate.editor_id FROM held JOIN access_mandate mandate ON held.kind = 'mandate' AND mandate.id = held.id
), agents AS (
    SELECT usage.principal_kind AS kind, usage.principal_id AS id, usage.organisation_id FROM access_grant usage
    JOIN editors ON usage.organisation_id = editors.editor_id
    WHERE 'mandate:use' = ANY(usage.actions) AND usage.revoked_at IS NULL
)
SELECT 'account', account_id, false FROM people
UNION SELECT 'account', account_id, false FROM standing
UNION SELECT 'client', id, false FROM held WHERE kind = 'client'
UNION SELECT kind, id, true FROM agents WHERE kind IN ('account', 'client')
UNION SELECT 'account', post.account_id, true FROM agents
    JOIN directory_membership post ON post.organisation_id = agents.organisation_id
    LEFT JOIN directory_unit desk ON desk.id = post.unit_id
    LEFT JOIN directory_unit place ON place.id = agents.id
    WHERE agents.kind = 'membership' AND post.id = agents.id
    OR agents.kind = 'unit' AND (place.parent_id IS NULL OR starts_with(desk.path, place.path))
"""


@dataclass(frozen=True, slots=True)
class Thing:
    """What one wants to see: an object, by where it is kept and what is known of it."""

    organisation: UUID
    process: str
    unit: UUID | None = None
    subject: conditions.Facts = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Miss:
    """A grant that would open it, and what keeps it from doing so."""

    grant: Grant
    because: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why yes, with each grant after those it hangs from; and why not, with what nearly opens it."""

    decision: Decision
    ways: tuple[tuple[Grant, ...], ...]
    misses: tuple[Miss, ...]


@dataclass(frozen=True, slots=True)
class Seer:
    """Someone who can, and by which grants. ``for_mandant``: under a mandate, for the organisation itself."""

    kind: str
    id: UUID
    for_mandant: bool
    grants: tuple[UUID, ...]


def why(person: Actor, action: Action, thing: Thing) -> Explanation:
    """Explain the decision for a person or a program."""
    sure = replace(person, assurance=SUREST)
    decision = _decide(sure, action, thing)
    known = Grant.objects.select_related("unit", "organisation").in_bulk(list(decision.grants))
    ways = tuple(tuple(reversed(chain_of(known[one]))) for one in decision.grants if one in known)
    rows = Grant.objects.filter(_held_by(person, thing.organisation), organisation_id=thing.organisation)
    rows = rows.filter(actions__contains=[action]).exclude(id__in=decision.grants).select_related("unit")
    misses = tuple(Miss(row, missing(row, sure, thing)) for row in rows.order_by("-created_at")[:20])
    return Explanation(decision, ways, misses)


def _decide(person: Actor, action: Action, thing: Thing) -> Decision:
    return may(
        person,
        action,
        organisation=thing.organisation,
        process=thing.process,
        unit=thing.unit,
        subject=thing.subject,
    )


def chain_of(row: Grant) -> list[Grant]:
    """Return a grant and those it hangs from, nearest first."""
    chain = [row]
    while chain[-1].parent_id and len(chain) < 10:  # noqa: PLR2004 - depth is 5 at most
        chain.append(Grant.objects.select_related("unit", "organisation").get(id=chain[-1].parent_id))
    return chain


def _held_by(person: Actor, organisation: UUID) -> Q:
    """The grants of a person in an organisation, present or past, whatever their state."""
    mine = Q(principal_kind=person.kind, principal_id=person.person)
    for kind, one in sql.fetch(_PRINCIPALS, {"person": person.person, "organisation": organisation}):
        mine |= Q(principal_kind=kind, principal_id=one)
    if person.acting_for:
        mandates = Mandate.objects.filter(organisation_id=organisation).values_list("id", flat=True)
        mine |= Q(principal_kind=PrincipalKind.MANDATE, principal_id__in=list(mandates))
    return mine


def missing(row: Grant, person: Actor, thing: Thing) -> tuple[str, ...]:
    """Return what keeps a grant from opening a thing, as codes; ``holder`` when it is its holder's own state."""
    moment = now()
    tests: Mapping[str, Any] = {
        "revoked": row.revoked_at is not None,
        "pending": row.pending,
        "suspended": row.suspended_at is not None,
        "not_yet": row.valid_from > moment,
        "over": row.valid_to is not None and row.valid_to <= moment,
        "parent_over": row.effective_to is not None and row.effective_to <= moment < (row.valid_to or row.effective_to),
        "other_process": row.process_code not in (thing.process, EVERY_PROCESS),
        "outside": not _within(row, thing.unit),
        "condition": not conditions.holds(row.condition, thing.subject, person.person),
    }
    return tuple(code for code, wrong in tests.items() if wrong) or ("holder",)


def _within(row: Grant, unit: UUID | None) -> bool:
    if row.unit is None or row.unit.parent_id is None:
        return True
    return unit is not None and bool(sql.fetch(_WITHIN, {"unit": unit, "area": row.unit.path})[0][0])


def who(action: Action, thing: Thing) -> list[Seer]:
    """Return everyone who can, people and programs, each by the very decision that would let them."""
    values = {"organisation": thing.organisation, "action": action, "codes": [thing.process, EVERY_PROCESS]}
    return list(_seers(sql.fetch(_CANDIDATES, values), action, thing))


def _seers(candidates: Iterable[tuple[Any, ...]], action: Action, thing: Thing) -> Iterable[Seer]:
    for kind, one, for_mandant in candidates:
        acting_for = thing.organisation if for_mandant else None
        decision = _decide(Actor(kind, one, acting_for=acting_for, assurance=SUREST), action, thing)
        if decision.allowed:
            yield Seer(kind, one, for_mandant, decision.grants)


def mandates_of(organisation: UUID) -> "QuerySet[Mandate]":
    """Return the mandates that an organisation gave, the newest first."""
    return Mandate.objects.filter(organisation_id=organisation).select_related("editor").order_by("-created_at")


def absences_of(organisation: UUID) -> "list[Cover]":
    """Return the absences covered in an organisation that are not over, the first to end first."""
    rows = Cover.objects.filter(organisation_id=organisation, revoked_at=None, ends_on__gte=now().date())
    return list(rows.select_related("absent__account", "substitute__account").order_by("ends_on"))
