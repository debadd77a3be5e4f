"""How people read who holds a right, and by whom it was given."""

from collections.abc import Iterable
from uuid import UUID

from parvis.access.enums import PrincipalKind
from parvis.access.models import Grant, Mandate
from parvis.directory import queries as directory
from parvis.identity import queries as identity


def holders(rows: Iterable[Grant]) -> dict[UUID, str]:
    """Return the name of each grant's holder, by the grant. A handful of queries, whatever the number."""
    listed = list(rows)
    names = named((row.principal_kind, row.principal_id) for row in listed)
    return {row.id: names.get(row.principal_id, "") for row in listed}


def named(pairs: Iterable[tuple[str, UUID]]) -> dict[UUID, str]:
    """Return the name of each (kind, id): a person, a program, an agent, a unit, a mandate's editor."""
    by_kind: dict[str, set[UUID]] = {}
    for kind, one in pairs:
        by_kind.setdefault(kind, set()).add(one)
    found = identity.names_of(by_kind.get(PrincipalKind.ACCOUNT, set()) | by_kind.get(PrincipalKind.CLIENT, set()))
    found |= directory.member_names(by_kind.get(PrincipalKind.MEMBERSHIP, ()))
    found |= directory.unit_names(by_kind.get(PrincipalKind.UNIT, ()))
    mandates = Mandate.objects.filter(id__in=by_kind.get(PrincipalKind.MANDATE, ()))
    return found | dict(mandates.values_list("id", "editor__name"))


def authors(references: Iterable[str]) -> dict[str, str]:
    """Return the name behind each reference of the journal (``account:…``, ``system``)."""
    known = set(references)
    ids = {one: UUID(one.partition(":")[2]) for one in known if ":" in one}
    names = identity.names_of(ids.values())
    return {one: names.get(ids[one], "") if one in ids else "Parvis" for one in known}


def organisations_behind(grants: Iterable[UUID]) -> dict[UUID, str]:
    """Return the name of the organisation whose right each of these grants is, ended ones included. One query."""
    return dict(Grant.objects.filter(id__in=set(grants)).values_list("id", "organisation__name"))
