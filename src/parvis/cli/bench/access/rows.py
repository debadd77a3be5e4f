"""Write a drawn world in the tables, by the product's own chains, its objects in a table of their own."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, ClassVar

from django.db import connection, models, transaction

from parvis.access.commands import chains
from parvis.cli.bench.access.worlds import Deed, Place, World
from parvis.core.actor import SYSTEM
from parvis.core.clock import now
from parvis.core.ids import new_id

_LINKS = ("declared", "moderated", "certified")
_TABLE = """
CREATE TEMPORARY TABLE IF NOT EXISTS bench_thing (
    id uuid PRIMARY KEY, organisation_id uuid, process text, unit_id uuid, arrondissement text, amount integer,
    year integer, civil_act text, in_charge uuid, prepared_by uuid, read_by uuid
)
"""
FACTS = {name: name for name in ("arrondissement", "amount", "year", "civil_act", "in_charge")}
AUTHORS = {"act:prepare": "prepared_by", "case:read": "read_by"}


class Object(models.Model):
    """What decisions are about, in a temporary table that no migration knows."""

    id = models.UUIDField(primary_key=True)
    organisation_id = models.UUIDField()
    process = models.TextField()
    unit = models.ForeignKey(
        "directory.Unit", models.DO_NOTHING, null=True, db_constraint=False, related_name="+", db_index=False
    )
    arrondissement = models.TextField(null=True)  # noqa: DJ001 - a fact that is not known
    amount = models.IntegerField(null=True)
    year = models.IntegerField(null=True)
    civil_act = models.TextField(null=True)  # noqa: DJ001 - same
    in_charge = models.UUIDField(null=True)
    prepared_by = models.UUIDField(null=True)
    read_by = models.UUIDField(null=True)

    objects: ClassVar["models.Manager[Object]"] = models.Manager()

    class Meta:
        app_label = "bench"
        managed = False
        db_table = "bench_thing"

    def __str__(self) -> str:
        return str(self.id)


@contextmanager
def written(world: World) -> Iterator[None]:
    """Have a world in the tables, and take it out again."""
    with transaction.atomic():
        _write(world)
        yield
        transaction.set_rollback(True)


def _write(world: World) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_TABLE)
        for place in world.places:
            _place(cursor, place)
        for account in world.accounts:
            cursor.execute(
                "INSERT INTO identity_account (id, password, first_name, last_name, is_active, created_at)"
                " VALUES (%s, '', '', '', true, now())",
                [account],
            )
        for post in world.posts:
            unit = post.unit.id if post.unit else None
            state, link = "active" if post.active else "suspended", _LINKS[post.link]
            cursor.execute(
                "INSERT INTO directory_membership (id, account_id, organisation_id, unit_id, title, link, state,"
                " starts_on, ends_on) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)",
                [post.id, post.account, post.organisation, unit, str(post.id), link, state, post.first, post.last],
            )
        _rights(cursor, world)
    by = SYSTEM.reference
    chains.settle_ends([one.id for one in world.grants if one.parent is None])
    chains.revoke([one.id for one in world.grants if one.revoked], at=now(), by=by)
    chains.suspend([one.id for one in world.grants if one.suspended], at=now())
    Object.objects.bulk_create(_object(thing) for thing in world.things)


def _place(cursor: Any, place: Place) -> None:
    state = "active" if place.active else "closed"
    cursor.execute(
        "INSERT INTO directory_organisation (id, kind, name, siret, branch_code, email, state, created_at)"
        " VALUES (%s, 'etat', 'X', '13000918600011', %s, '', %s, now())",
        [place.id, place.id.hex[-10:], state],
    )
    for area in place.units:
        parent, kind = (area.parent.id, "service") if area.parent else (None, "organisation")
        cursor.execute(
            "INSERT INTO directory_unit (id, organisation_id, parent_id, name, code, kind, path, valid_from, valid_to)"
            " VALUES (%s, %s, %s, %s, '', %s, %s, '2020-01-01', %s)",
            [area.id, area.organisation, parent, str(area.id), kind, area.path, area.closes],
        )


def _rights(cursor: Any, world: World) -> None:
    for mandate in world.mandates:
        _insert(
            cursor,
            "access_mandate",
            id=mandate.id,
            organisation_id=mandate.organisation,
            editor_id=mandate.editor,
            act_reference="2026-1",
            act_sha256="0" * 64,
            signed_on=mandate.first.date(),
            valid_from=mandate.first,
            valid_to=mandate.last,
            revoked_at=now() if mandate.revoked else None,
        )
    for cover in world.covers:
        _insert(
            cursor,
            "access_cover",
            id=cover.id,
            organisation_id=cover.absent.organisation,
            absent_id=cover.absent.id,
            substitute_id=cover.substitute.id,
            starts_on=cover.first,
            ends_on=cover.last,
            revoked_at=now() if cover.revoked else None,
        )
    for grant in world.grants:
        _grant(cursor, grant)
    for rule in {(one.organisation, one.process, one.first, one.second) for one in world.rules}:
        names = ("organisation_id", "process_code", "first", "second")
        columns = dict(zip(names, rule, strict=True))
        cursor.execute(
            "INSERT INTO access_separationrule (id, kind, organisation_id, process_code, first, second)"
            " VALUES (%(id)s, 'object', %(organisation_id)s, %(process_code)s, %(first)s, %(second)s)",
            {"id": new_id(), **columns},
        )


def _insert(cursor: Any, table: str, **values: Any) -> None:
    row = values | {"granted_by": SYSTEM.reference, "created_at": now()}
    names, places = ", ".join(row), ", ".join(f"%({name})s" for name in row)
    cursor.execute(f"INSERT INTO {table} ({names}) VALUES ({places})", row)  # noqa: S608 - names of our own


def _grant(cursor: Any, one: Deed) -> None:
    identity, authentication, link = one.minima
    _insert(
        cursor,
        "access_grant",
        id=one.id,
        principal_kind=one.kind,
        principal_id=one.holder,
        organisation_id=one.organisation,
        unit_id=one.unit.id if one.unit else None,
        process_code=one.process,
        actions=[str(action) for action in one.actions],
        condition=json.dumps(one.condition),
        min_identity=identity,
        min_authn=authentication,
        min_org=link,
        parent_id=one.parent.id if one.parent else None,
        valid_from=one.first,
        valid_to=one.last,
        pending=one.pending,
    )


def _object(thing: Any) -> Object:
    authors = {column: thing.authors.get(action) for action, column in AUTHORS.items()}
    return Object(
        id=thing.id,
        organisation_id=thing.organisation,
        process=thing.process,
        unit_id=thing.unit.id if thing.unit else None,
        **thing.facts,
        **authors,
    )
