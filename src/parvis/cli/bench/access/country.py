"""Half a million grants over a hundred thousand units, copied in: one very large city, and many towns."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from typing import Any
from uuid import UUID

from django.db import connection

from parvis.core.clock import now, today
from parvis.core.ids import new_id

_CITY_UNITS, _TOWN_UNITS = 5, 1_000  # a city holds a fifth of the units; a town, a thousandth
_BOUNDED = 3  # grants out of five have a perimeter
_ACTIONS = (["case:read", "case:download"], ["case:read", "case:process"], ["members:manage"], ["folder:read"])


@dataclass(slots=True)
class Country:
    """What was copied in, to ask about: people with their organisation, programs, units by organisation."""

    people: list[tuple[UUID, UUID]] = field(default_factory=list)
    programs: list[tuple[UUID, UUID]] = field(default_factory=list)
    units: dict[UUID, list[UUID]] = field(default_factory=dict)


def load(units: int, grants: int) -> Country:
    """Copy a country of so many units and grants in, and have the server know their numbers."""
    dice = Random(1)  # noqa: S311 - a bench, not a secret
    country = Country()
    sizes = [units // _CITY_UNITS]
    while sum(sizes) < units:
        sizes.append(min(max(units // _TOWN_UNITS, 10), units - sum(sizes)))
    paths: dict[UUID, str] = {}
    organisations = [new_id() for _ in sizes]
    _copy(
        "directory_organisation (id, kind, name, siret, branch_code, email, state, created_at)",
        (
            (one, "etat", "X", "13000918600011", str(number), "", "active", now())
            for number, one in enumerate(organisations, 1)
        ),
    )
    _copy(
        "directory_unit (id, organisation_id, parent_id, name, kind, path, valid_from)",
        (row for one, size in zip(organisations, sizes, strict=True) for row in _tree(dice, country, paths, one, size)),
    )
    _people(dice, country, organisations)
    _copy(
        "access_grant (id, principal_kind, principal_id, organisation_id, unit_id, process_code, actions, valid_from,"
        " valid_to, effective_to, granted_by, created_at)",
        _grants(dice, country, grants),
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return country


def _copy(target: str, rows: Iterator[tuple[Any, ...]]) -> None:
    """Copy rows in by way of a table of our own: PostgreSQL does not copy into one under row-level security."""
    table, _, columns = target.partition(" ")
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMPORARY TABLE staging AS SELECT {columns.strip('()')} FROM {table} LIMIT 0")  # noqa: S608 - names of our own
        with cursor.copy("COPY staging FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        cursor.execute(f"INSERT INTO {target} SELECT * FROM staging")  # noqa: S608 - same
        cursor.execute("DROP TABLE staging")


def _tree(
    dice: Random, country: Country, paths: dict[UUID, str], organisation: UUID, size: int
) -> Iterator[tuple[Any, ...]]:
    made: list[UUID] = []
    for _ in range(size):
        one = new_id()
        # Most units hang high in the tree, as in a real one: five levels or so.
        parent = made[int(len(made) * dice.random() ** 3)] if made else None
        paths[one] = f"{paths[parent] if parent else '/'}{one.hex}/"
        made.append(one)
        yield one, organisation, parent, str(one), "service" if parent else "organisation", paths[one], today()
    country.units[organisation] = made


def _people(dice: Random, country: Country, organisations: list[UUID]) -> None:
    posts = []
    for organisation in organisations:
        for unit in country.units[organisation]:
            person = new_id()
            country.people.append((person, organisation))
            posts.append((new_id(), person, organisation, unit, "", today() - timedelta(days=30)))
        country.programs.append((new_id(), organisation))
    _copy(
        "identity_account (id, password, first_name, last_name, is_active, created_at)",
        ((person, "", "", "", True, now()) for person, _ in country.people),
    )
    _copy("directory_membership (id, account_id, organisation_id, unit_id, title, starts_on)", iter(posts))
    dice.shuffle(country.people)


def _grants(dice: Random, country: Country, wanted: int) -> Iterator[tuple[Any, ...]]:
    begun, end = now() - timedelta(days=30), now() + timedelta(days=300)
    for number in range(wanted):
        kind = ("account", "account", "account", "unit", "client")[number % 5]
        person, organisation = country.people[number % len(country.people)]
        units = country.units[organisation]
        holder = {"account": person, "unit": dice.choice(units)}.get(kind) or dice.choice(country.programs)[0]
        perimeter = dice.choice(units) if dice.randrange(5) < _BOUNDED else None
        process = dice.choice(["*", "recensementCitoyen", "EtatCivil", "CERTDC"])
        actions = dice.choice(_ACTIONS)
        yield (new_id(), kind, holder, organisation, perimeter, process, actions, begun, end, end, "system", begun)
