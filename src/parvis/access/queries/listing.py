"""The same rule as filters and lists: what a list shows is exactly what `may` allows."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from uuid import UUID

from django.db.models import Q

from parvis.access import conditions
from parvis.access.enums import EVERY_PROCESS, Action, PrincipalKind
from parvis.access.models import Grant, Mandate
from parvis.access.queries import separation, statements
from parvis.access.queries.deciding import Held, held
from parvis.core import sql
from parvis.core.actor import Actor
from parvis.core.clock import now, today
from parvis.directory import queries as directory

_READERS = f"""
SELECT DISTINCT live.organisation_id, live.process_code, coalesce(area.path, '') FROM access_grant live
LEFT JOIN directory_unit area ON area.id = live.unit_id AND area.parent_id IS NOT NULL
LEFT JOIN directory_unit place ON live.principal_kind = 'unit' AND place.id = live.principal_id
WHERE 'case:read' = ANY(live.actions) AND {statements.LIVE.format(row="live")}
AND live.condition = '{{}}' AND (live.principal_kind = 'account'
    OR (live.principal_kind IN ('membership', 'unit') AND EXISTS (
    SELECT 1 FROM directory_membership post LEFT JOIN directory_unit desk ON desk.id = post.unit_id
    WHERE post.organisation_id = live.organisation_id AND post.state = 'active' AND post.starts_on <= %(today)s
    AND (post.ends_on IS NULL OR post.ends_on >= %(today)s)
    AND (post.id = live.principal_id OR place.parent_id IS NULL AND place.id IS NOT NULL
         OR starts_with(desk.path, place.path)))))
"""  # noqa: S608 - words of our own


def every_grant(actor: Actor, action: Action | None = None) -> list[Held]:
    """Return every grant that the actor holds now (for one action), that their session is sure enough for. One query.

    Nothing for the platform itself nor for visitors: they hold no grant.
    """
    if actor.id is None:
        return []
    rows = held(actor, {"action": action, "organisation": actor.acting_for}, one_object=False)
    return [row for row in rows if not row.needs(actor)]


def perimeter(actor: Actor, action: Action) -> list[tuple[UUID, str]]:
    """Return the (organisation, process code or ``*``) pairs where the actor may do this, whole. One query."""
    return list(dict.fromkeys((row.organisation, row.process) for row in _whole(every_grant(actor, action))))


def rights(actor: Actor) -> dict[tuple[UUID, str], set[str]]:
    """Return what the actor may do now on whole organisations, by (organisation, process code or ``*``). One query."""
    found: dict[tuple[UUID, str], set[str]] = {}
    for row in _whole(every_grant(actor)):
        found.setdefault((row.organisation, row.process), set()).update(row.actions)
    return found


def organisations_of(actor: Actor, actions: Iterable[Action]) -> set[UUID]:
    """Return the organisations where the actor holds at least one of these rights, be it on a part of them."""
    wanted = set(actions)
    return {row.organisation for row in every_grant(actor) if wanted.intersection(row.actions)}


def administered(actor: Actor) -> dict[UUID, list[str]]:
    """Return the paths that the actor administers by organisation, the empty one for the whole of it. One query."""
    found: dict[UUID, list[str]] = {}
    for row in every_grant(actor, Action.MEMBERS_MANAGE):
        if row.process == EVERY_PROCESS and not row.condition:
            found.setdefault(row.organisation, []).append(row.area)
    return found


def mandants_of(actor: Actor) -> set[UUID]:
    """Return the organisations for which the actor may act under a mandate. Two queries, and one for each mandate."""
    editors = organisations_of(replace(actor, acting_for=None), [Action.MANDATE_USE])
    moment = now()
    live = Mandate.objects.filter(editor_id__in=editors, revoked_at=None, valid_from__lte=moment, valid_to__gt=moment)
    wanted = set(live.values_list("organisation_id", flat=True))
    return {one for one in wanted if every_grant(replace(actor, acting_for=one))}


def summary(actor: Actor, organisation: UUID) -> list[tuple[str, set[str], str]]:
    """Return what the actor may do in an organisation: (process or ``*``, actions, name of the place or empty)."""
    found: dict[tuple[str, str], set[str]] = {}
    for row in every_grant(actor):
        if row.organisation == organisation:
            found.setdefault((row.process, row.area), set()).update(row.actions)
    last = {UUID(area.rstrip("/").rpartition("/")[2]) for _, area in found if area}
    names = directory.unit_names(last)
    return [
        (process, actions, names[UUID(area.rstrip("/").rpartition("/")[2])] if area else "")
        for (process, area), actions in sorted(found.items())
    ]


def _whole(rows: Iterable[Held]) -> list[Held]:
    return [row for row in rows if not row.area and not row.condition]


def scope(
    actor: Actor,
    action: Action,
    *,
    organisation: str,
    process: str,
    unit: str = "",
    facts: Mapping[str, str] | None = None,
    authors: Mapping[str, str] | None = None,
) -> Q:
    """Return the same rule as a filter: each argument names a column (or a path of columns) of the rows.

    ``unit`` is a foreign key to the directory's unit; ``facts`` and ``authors`` are columns by fact and by action. A
    list filtered by it shows exactly the rows for which `may` says yes.
    """
    columns = _Columns(organisation, process, unit, facts or {}, authors or {})
    allowed = Q(pk__in=())
    for row in every_grant(actor, action):
        allowed |= _rule(actor, row, columns)
    return allowed & ~_separated(actor, action, columns) if authors else allowed


@dataclass(frozen=True, slots=True)
class _Columns:
    organisation: str
    process: str
    unit: str
    facts: Mapping[str, str]
    authors: Mapping[str, str]


def _rule(actor: Actor, row: Held, columns: _Columns) -> Q:
    rule = Q(**{columns.organisation: row.organisation})
    if row.process != EVERY_PROCESS:
        rule &= Q(**{columns.process: row.process})
    if row.area:
        rule &= Q(**{f"{columns.unit}__path__startswith": row.area}) if columns.unit else Q(pk__in=())
    if row.condition:
        narrowed = conditions.as_filter(row.condition, columns.facts, actor.person)
        rule &= Q(pk__in=()) if narrowed is None else narrowed
    return rule


def _separated(actor: Actor, action: str, columns: _Columns) -> Q:
    """Rows on which the actor did what keeps them from doing this."""
    apart = Q(pk__in=())
    for owner, code, first, second in separation.rules_everywhere():
        column = columns.authors.get(second if first == action else first)
        if action not in (first, second) or column is None:
            continue
        done = Q(**{column: actor.person})
        if owner is not None:
            done &= Q(**{columns.organisation: owner})
        if code != EVERY_PROCESS:
            done &= Q(**{columns.process: code})
        apart |= done
    return apart


def organisations_served(clients: Iterable[UUID]) -> dict[UUID, list[str]]:
    """Return the names of the organisations for which each of these programs holds a right. One query."""
    served: dict[UUID, list[str]] = {}
    rows = Grant.objects.filter(principal_kind=PrincipalKind.CLIENT, principal_id__in=list(clients), revoked_at=None)
    pairs = rows.values_list("principal_id", "organisation__name").distinct().order_by("organisation__name")
    for client, name in pairs:
        served.setdefault(client, []).append(name)
    return served


def programs_of(organisation: UUID) -> int:
    """Count the programs that hold a right for an organisation. One query."""
    rows = Grant.objects.filter(principal_kind=PrincipalKind.CLIENT, organisation=organisation, revoked_at=None)
    return rows.values("principal_id").distinct().count()


def people_who_read() -> set[tuple[UUID, str, str]]:
    """Return where at least one person may read cases: (organisation, process code or ``*``, path or empty). One query.

    The path is that of a service whose cases they read, empty for the whole organisation.
    """
    return set(sql.fetch(_READERS, {"now": now(), "today": today()}))
