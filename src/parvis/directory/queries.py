"""Every read of the directory."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import date
from uuid import UUID

from django.db import connection
from django.db.models import F, Q, QuerySet

from parvis.core import sql
from parvis.core.clock import today
from parvis.directory import rules
from parvis.directory.enums import OrganisationKind, OrganisationState
from parvis.directory.models import Commune, FormerCommune, Membership, Organisation, Unit

SEARCH_LIMIT = 50
TYPED_LIMIT = 100
"""No place has a longer name: what follows is not read."""

_POSTCODE_AND_WORDS = re.compile(r"(?:^|(?<= ))([0-9]{5})(?= |$)")

# Ranks: 0 exact, 2 prefix, 4 word inside the name; one more when only an old name or an old code answers.
_SEARCH = """
WITH hit AS (
    SELECT commune_id, CASE WHEN key = %(key)s THEN 0 ELSE 2 END + (source LIKE 'former%%')::int AS rank
    FROM directory_placekey WHERE key LIKE %(prefix)s
    UNION ALL
    SELECT commune_id, 4 + (source = 'former_name')::int
    FROM directory_placekey
    WHERE source IN ('name', 'former_name')
      AND to_tsvector('simple'::regconfig, key) @@ to_tsquery('simple'::regconfig, %(words)s)
), best AS (
    SELECT commune_id, min(rank) AS rank FROM hit GROUP BY commune_id
)
SELECT c.code, c.name, c.postcodes, c.department
FROM best JOIN directory_commune c ON c.code = best.commune_id
WHERE c.is_current AND (%(postcode)s::text IS NULL OR c.postcodes @> ARRAY[%(postcode)s]::varchar[])
ORDER BY best.rank, c.population DESC NULLS LAST, c.code
LIMIT %(limit)s
"""


@dataclass(frozen=True, slots=True)
class CommuneHit:
    """One suggestion of a search."""

    code: str
    name: str
    postcodes: tuple[str, ...]
    department: str


def commune(code: str) -> Commune | None:
    """Return the commune or municipal arrondissement of this INSEE code, None when there is none today."""
    return Commune.objects.filter(code=code.upper(), is_current=True).first()


def present_commune(old_code: str) -> Commune | None:
    """Return the commune that stands today where ``old_code`` once did; itself when the code is in force."""
    code = old_code.upper()
    current = commune(code)
    if current:
        return current
    former = FormerCommune.objects.filter(code=code).select_related("present").order_by("id").first()
    return former.present if former else None


def search_communes(text: str, limit: int = 8) -> list[CommuneHit]:
    """Find communes by the beginning of a name, words inside it, postcode, INSEE code, old name or old code.

    Exact answers first, then beginnings, then words; the most populous first among equals. ``limit`` is capped at
    `SEARCH_LIMIT`. Always one SQL query, none when the text has no letter or digit.
    """
    key = rules.normalise(text[:TYPED_LIMIT])
    postcode = None
    found = _POSTCODE_AND_WORDS.search(key)
    if found and found.group() != key:  # "35000 Rennes": the postcode narrows the name
        postcode = found.group(1)
        key = " ".join(_POSTCODE_AND_WORDS.sub(" ", key, count=1).split())
    if not key:
        return []
    values = {
        "key": key,
        "prefix": f"{key}%",
        "words": " & ".join(f"{word}:*" for word in key.split()),
        "postcode": postcode,
        "limit": max(0, min(limit, SEARCH_LIMIT)),
    }
    with connection.cursor() as cursor:
        cursor.execute(_SEARCH, values)
        return [CommuneHit(code, name, tuple(postcodes), dept) for code, name, postcodes, dept in cursor.fetchall()]


def organisation(id: UUID) -> Organisation | None:  # noqa: A002 - the column's name
    """Return an organisation, open or closed."""
    return Organisation.objects.filter(id=id).first()


def organisation_for(siret: str, branch: str = Organisation.NO_BRANCH) -> Organisation | None:
    """Return the organisation that the hub knows by SIRET and branch code (INSEE code for a commune)."""
    return Organisation.objects.filter(siret=rules.compact_number(siret), branch_code=branch).first()


def organisation_named(siret: str, branch: str = "") -> Organisation | None:
    """Return the organisation that a person means: its branch may be left out when the SIRET has only one."""
    if branch:
        return organisation_for(siret, branch)
    found = list(Organisation.objects.filter(siret=rules.compact_number(siret))[:2])
    return found[0] if len(found) == 1 else organisation_for(siret)


def organisation_of_commune(code: str) -> Organisation | None:
    """Return the active town hall that answers for a commune, an arrondissement (its city) or an old code."""
    place = present_commune(code)
    if place is None:
        return None
    return Organisation.objects.filter(
        commune_id=place.parent_id or place.code, kind=OrganisationKind.COMMUNE, state=OrganisationState.ACTIVE
    ).first()


def units_of(organisation: UUID, *, below: UUID | None = None, on: date | None = None) -> QuerySet[Unit]:
    """Return the units that exist on a day (today by default), parents before children; ``below`` keeps a subtree."""
    day = on or today()
    units = Unit.objects.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=day), organisation=organisation)
    if below:
        root = Unit.objects.filter(id=below, organisation=organisation).values_list("path", flat=True).first()
        # An unknown subtree is empty: a path always starts with "/".
        units = units.filter(path__startswith=root or "#")
    return units.filter(valid_from__lte=day).order_by("path")


def memberships_of(account: UUID, *, on: date | None = None) -> QuerySet[Membership]:
    """Return where a person works on a day (today by default), the organisation and unit loaded with it."""
    day = on or today()
    return (
        Membership.objects.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=day), account=account, starts_on__lte=day)
        .filter(organisation__state=OrganisationState.ACTIVE)
        .select_related("organisation", "unit")
        .order_by("organisation__name", F("unit__path").asc(nulls_first=True))
    )


def members_count(organisation: UUID) -> int:
    """Count the people who work for an organisation today. One query."""
    rows = Membership.objects.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=today()), starts_on__lte=today())
    return rows.filter(organisation=organisation).values("account").distinct().count()


# At every deposit: by hand, see `core.sql`.
_BY_SIRET = """
SELECT siret, branch_code, id FROM directory_organisation WHERE siret = ANY(%(sirets)s) AND state = %(active)s
"""


def organisations_for(pairs: Iterable[tuple[str, str]]) -> dict[tuple[str, str], UUID]:
    """Return the active organisations behind (SIRET, branch) pairs, by pair; unknown ones are absent. One query."""
    wanted = set(pairs)
    rows = sql.fetch(_BY_SIRET, {"sirets": [siret for siret, _ in wanted], "active": OrganisationState.ACTIVE})
    return {(siret, branch): found for siret, branch, found in rows if (siret, branch) in wanted}


def organisations_by_id(ids: Iterable[UUID]) -> dict[UUID, Organisation]:
    """Return these organisations by id. One query."""
    return Organisation.objects.in_bulk(list(ids))


def organisations(*, siret: str = "", text: str = "") -> "QuerySet[Organisation]":
    """Return every organisation, open or closed, with its commune, by name.

    ``siret`` keeps those of one number; ``text`` those whose name holds it, or whose SIRET, branch or INSEE code
    begins with it.
    """
    rows = Organisation.objects.select_related("commune").order_by("name", "id")
    if siret:
        rows = rows.filter(siret=siret)
    if words := text.strip():
        number = rules.compact_number(words)
        rows = rows.filter(Q(name__icontains=words) | Q(siret__startswith=number or words) | Q(branch_code=words))
    return rows


@dataclass(frozen=True, slots=True)
class UnitPlace:
    """Where a unit stands."""

    id: UUID
    organisation_id: UUID
    parent_id: UUID | None
    name: str
    code: str
    kind: str
    path: str


@dataclass(frozen=True, slots=True)
class MemberPlace:
    """Who a membership is of, and where."""

    id: UUID
    account_id: UUID
    organisation_id: UUID
    unit_id: UUID | None


def unit_place(unit: UUID) -> UnitPlace | None:
    """Return where a unit stands, None when it does not exist or no longer does."""
    still = Q(valid_to__isnull=True) | Q(valid_to__gt=today())
    row = Unit.objects.filter(still, id=unit).values_list(*(one.name for one in fields(UnitPlace))).first()
    return UnitPlace(*row) if row else None


def member_place(membership: UUID) -> MemberPlace | None:
    """Return who a membership is of, and where, None when there is none."""
    names = [one.name for one in fields(MemberPlace)]
    row = Membership.objects.filter(id=membership).values_list(*names).first()
    return MemberPlace(*row) if row else None


def members_of(organisation: UUID, *, below: str = "", on: date | None = None) -> QuerySet[Membership]:
    """Return who works in an organisation on a day (today by default), account and unit loaded, by name.

    ``below`` is the path of a unit: only those who work in its subtree.
    """
    day = on or today()
    rows = Membership.objects.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=day), organisation=organisation)
    if below:
        rows = rows.filter(unit__path__startswith=below)
    order = ("account__last_name", "account__first_name", "account__email", "id")
    return rows.select_related("account", "unit").order_by(*order)


def unit_called(organisation: UUID, words: str) -> UUID | None:
    """Return the one unit of an organisation that bears this code, or else this name; None when none or several do."""
    named = units_of(organisation)
    for rule in (Q(code__iexact=words.strip()), Q(name__iexact=words.strip())):
        found = list(named.filter(rule).values_list("id", flat=True)[:2])
        if len(found) == 1:
            return found[0]
    return None


def member_names(memberships: Iterable[UUID]) -> dict[UUID, str]:
    """Return the name of the person of each membership. One query."""
    rows = Membership.objects.filter(id__in=list(memberships)).select_related("account")
    return {row.id: str(row.account) for row in rows}


def unit_names(units: Iterable[UUID]) -> dict[UUID, str]:
    """Return the name of each unit. One query."""
    return dict(Unit.objects.filter(id__in=list(units)).values_list("id", "name"))
