"""Decisions: who may do what, for which organisation, on which process. Deny by default."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.db.models import Q, QuerySet

from parvis.access.enums import EVERY_PROCESS, Action, PrincipalKind
from parvis.access.models import Grant
from parvis.core import sql
from parvis.core.actor import Actor
from parvis.core.clock import now
from parvis.core.errors import RefusedError

# What `_live` says, by hand: decided at every call of the hub (see `core.sql`; a test compares the two).
_GRANTS = """
SELECT held.id FROM access_grant held JOIN directory_organisation owner ON owner.id = held.organisation_id
WHERE held.principal_kind = %(kind)s AND held.principal_id = %(person)s AND held.organisation_id = %(organisation)s
AND held.process_code = ANY(%(codes)s) AND held.actions @> ARRAY[%(action)s]::varchar[]
AND held.revoked_at IS NULL AND held.valid_from <= %(now)s AND (held.valid_to IS NULL OR held.valid_to > %(now)s)
AND owner.state = 'active'
"""


@dataclass(frozen=True, slots=True)
class Decision:
    """The answer, why, and the grants it rests on (written in the journal with the act)."""

    allowed: bool
    reason: str
    grants: tuple[UUID, ...] = ()


def may(actor: Actor, action: Action, *, organisation: UUID, process: str) -> Decision:
    """Decide. One query; the platform itself (`SYSTEM`) needs no grant."""
    if actor.kind == "system":
        return Decision(allowed=True, reason="system")
    if actor.id is None:
        return Decision(allowed=False, reason="anonymous")
    values = {
        "kind": actor.kind,
        "person": actor.person,
        "action": action,
        "organisation": organisation,
        "codes": [process, EVERY_PROCESS],
        "now": now(),
    }
    grants = tuple(row[0] for row in sql.fetch(_GRANTS, values))
    return Decision(allowed=bool(grants), reason="granted" if grants else "no_grant", grants=grants)


def require(actor: Actor, action: Action, *, organisation: UUID, process: str) -> Decision:
    """Return the decision, or raise RefusedError when it is no."""
    decision = may(actor, action, organisation=organisation, process=process)
    if not decision.allowed:
        raise RefusedError(
            "forbidden",
            "Vous n’avez pas le droit de faire cette action. Demandez-le à l’administrateur de votre organisme.",
        )
    return decision


def perimeter(actor: Actor, action: Action) -> list[tuple[UUID, str]]:
    """Return the (organisation, process code or ``*``) pairs where the actor may do this. One query."""
    if actor.id is None:
        return []
    return list(_live(actor, action).values_list("organisation_id", "process_code").distinct())


def rights(actor: Actor) -> dict[tuple[UUID, str], set[str]]:
    """Return what the actor may do now, by (organisation, process code or ``*``). One query."""
    held: dict[tuple[UUID, str], set[str]] = {}
    if actor.id is not None:
        for organisation, process, actions in _live(actor).values_list("organisation_id", "process_code", "actions"):
            held.setdefault((organisation, process), set()).update(actions)
    return held


def organisations_served(clients: Iterable[UUID]) -> dict[UUID, list[str]]:
    """Return the names of the organisations for which each of these programs holds a right. One query."""
    served: dict[UUID, list[str]] = {}
    rows = Grant.objects.filter(principal_kind="client", principal_id__in=list(clients), revoked_at=None)
    pairs = rows.values_list("principal_id", "organisation__name").distinct().order_by("organisation__name")
    for client, name in pairs:
        served.setdefault(client, []).append(name)
    return served


def programs_of(organisation: UUID) -> int:
    """Count the programs that hold a right for an organisation. One query."""
    rows = Grant.objects.filter(principal_kind=PrincipalKind.CLIENT, organisation=organisation, revoked_at=None)
    return rows.values("principal_id").distinct().count()


def scope(actor: Actor, action: Action, *, organisation: str, process: str) -> Q:
    """Return the same rule as a filter: ``organisation`` and ``process`` name the columns to compare.

    A list filtered by it shows exactly the rows for which `may` says yes.
    """
    allowed = Q(pk__in=())
    for organisation_id, code in perimeter(actor, action):
        pair = Q(**{organisation: organisation_id})
        allowed |= pair if code == EVERY_PROCESS else pair & Q(**{process: code})
    return allowed


def organisations_of(actor: Actor, actions: Iterable[Action]) -> set[UUID]:
    """Return the organisations where the actor holds at least one of these rights."""
    if actor.id is None:
        return set()
    return set(_live(actor).filter(actions__overlap=list(actions)).values_list("organisation_id", flat=True))


_REACH = """
SELECT held.organisation_id, 'platform:administer' = ANY(held.actions) AND owner.siret = %(operator)s
FROM access_grant held JOIN directory_organisation owner ON owner.id = held.organisation_id
WHERE held.principal_kind = %(kind)s AND held.principal_id = %(principal)s AND held.revoked_at IS NULL
AND held.valid_from <= %(now)s AND (held.valid_to IS NULL OR held.valid_to > %(now)s)
UNION SELECT organisation_id, false FROM directory_membership
WHERE account_id = %(principal)s AND starts_on <= %(now)s AND (ends_on IS NULL OR ends_on >= (%(now)s)::date)
"""


def reach(kind: str, principal: UUID) -> set[UUID] | None:
    """Return the organisations whose rows a person or program may meet in the database; None for the platform's own.

    It bounds what any decision could open, and decides nothing itself (`core.tenancy`). One query.
    """
    values = {"kind": kind, "principal": principal, "now": now(), "operator": settings.PARVIS_OPERATOR_SIRET}
    rows = sql.fetch(_REACH, values)
    return None if any(platform for _, platform in rows) else {organisation for organisation, _ in rows}


def people_with(organisation: UUID, action: Action) -> set[UUID]:
    """Return the accounts that hold a right on every process of an organisation. One query."""
    moment = now()
    rows = Grant.objects.filter(
        Q(valid_to=None) | Q(valid_to__gt=moment),
        principal_kind=PrincipalKind.ACCOUNT,
        organisation_id=organisation,
        process_code=EVERY_PROCESS,
        revoked_at=None,
        valid_from__lte=moment,
        actions__contains=[action],
    )
    return set(rows.values_list("principal_id", flat=True))


def people_who_read() -> set[tuple[UUID, str]]:
    """Return the (organisation, process code or ``*``) pairs where at least one person may read cases. One query."""
    moment = now()
    rows = Grant.objects.filter(
        Q(valid_to=None) | Q(valid_to__gt=moment),
        principal_kind=PrincipalKind.ACCOUNT,
        revoked_at=None,
        valid_from__lte=moment,
        actions__contains=[Action.CASE_READ],
    )
    return set(rows.values_list("organisation_id", "process_code"))


def _live(actor: Actor, action: Action | None = None) -> "QuerySet[Grant]":
    moment = now()
    grants = Grant.objects.filter(
        Q(valid_to=None) | Q(valid_to__gt=moment),
        principal_kind=actor.kind,
        principal_id=actor.person,
        revoked_at=None,
        valid_from__lte=moment,
        organisation__state="active",
    )
    return grants if action is None else grants.filter(actions__contains=[action])
