"""A tree lives: units are renamed and closed; people are suspended and come back."""

from importlib import import_module

import pytest
from django.db import IntegrityError, connection, transaction

from parvis.core.actor import SYSTEM
from parvis.core.clock import today
from parvis.core.errors import AbsentError, ConflictError, DomainError
from parvis.core.ids import new_id
from parvis.directory import commands, queries
from parvis.directory.enums import LinkStrength, UnitKind
from parvis.directory.models import Membership, Organisation, Unit
from tests.directory.world import account, actions, root_of, state, tree

pytestmark = pytest.mark.django_db


def test_a_unit_is_renamed_and_keeps_its_place() -> None:
    root, a, _, leaf = tree()
    renamed = commands.rename_unit(unit=a.id, name=" Population ", code="DP", actor=SYSTEM)
    assert (renamed.name, renamed.code, renamed.path) == ("Population", "DP", a.path)
    assert actions(f"unit:{a.id}")[0] == "directory.unit_renamed"
    with pytest.raises(ConflictError) as taken:
        commands.rename_unit(unit=a.id, name="B", actor=SYSTEM)
    assert taken.value.field == "name"
    with pytest.raises(ConflictError) as taken:
        commands.rename_unit(unit=leaf.id, name="Feuille", code="DP", actor=SYSTEM)
    assert taken.value.field == "code"
    with pytest.raises(DomainError, match="racine"):
        commands.rename_unit(unit=root.id, name="Autre", actor=SYSTEM)
    with pytest.raises(DomainError, match="nom"):
        commands.rename_unit(unit=a.id, name=" ", actor=SYSTEM)


def test_only_an_empty_unit_closes() -> None:
    root, a, _, leaf = tree()
    with pytest.raises(ConflictError, match="contient"):
        commands.close_unit(unit=a.id, actor=SYSTEM)
    joined = commands.add_member(account=account(), organisation=root.organisation_id, unit=leaf.id, actor=SYSTEM)
    with pytest.raises(ConflictError, match="personnes"):
        commands.close_unit(unit=leaf.id, actor=SYSTEM)
    Membership.objects.filter(id=joined.id).delete()
    Unit.objects.update(valid_from="2020-01-01")
    commands.close_unit(unit=leaf.id, actor=SYSTEM)
    assert leaf.id not in {unit.id for unit in queries.units_of(root.organisation_id)}
    commands.close_unit(unit=a.id, actor=SYSTEM)
    with pytest.raises(ConflictError, match="n’existe plus"):
        commands.rename_unit(unit=a.id, name="Autre", actor=SYSTEM)
    with pytest.raises(DomainError, match="racine"):
        commands.close_unit(unit=root.id, actor=SYSTEM)
    assert commands.add_unit(parent=root.id, name="A", kind=UnitKind.SERVICE, actor=SYSTEM).valid_from == today()


def test_a_link_has_a_strength_that_the_database_knows() -> None:
    joined = commands.add_member(
        account=account(), organisation=state().id, link=LinkStrength.MODERATED, is_external=True, actor=SYSTEM
    )
    joined.refresh_from_db()
    assert (joined.link, joined.is_external, joined.state) == ("moderated", True, "active")
    assert [strength.rank for strength in LinkStrength] == [0, 1, 2]
    with pytest.raises(IntegrityError), transaction.atomic():
        Membership.objects.update(link="perhaps")


def test_a_suspension_is_lifted_and_twice_is_once() -> None:
    joined = commands.add_member(account=account(), organisation=state().id, actor=SYSTEM)
    for _ in range(2):
        commands.suspend_member(membership=joined.id, reason="absente", actor=SYSTEM)
    joined.refresh_from_db()
    assert joined.state == "suspended"
    commands.reinstate_member(membership=joined.id, actor=SYSTEM)
    joined.refresh_from_db()
    assert joined.state == "active"
    assert actions(f"membership:{joined.id}") == [
        "directory.membership_reinstated",
        "directory.membership_suspended",
        "directory.member_added",
    ]
    with pytest.raises(AbsentError):
        commands.suspend_member(membership=new_id(), actor=SYSTEM)


def test_an_organisation_older_than_the_trees_gets_its_root() -> None:
    kept = root_of(state())
    bare = Organisation.objects.create(kind="etat", name="Ancienne", siret="13000918600011", branch_code="x")
    with connection.cursor() as cursor:
        for _ in range(2):
            cursor.execute(import_module("parvis.directory.migrations.0102_roots").MISSING_ROOTS)
    made = root_of(bare)
    assert (made.name, made.path, made.kind) == ("Ancienne", f"/{made.id.hex}/", "organisation")
    assert Unit.objects.filter(parent=None).count() == 2
    assert root_of(kept.organisation) == kept


def test_a_subtree_is_read_through_an_index() -> None:
    _, a, _, _ = tree()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("EXPLAIN SELECT id FROM directory_unit WHERE path LIKE %s", [f"{a.path}%"])
        plan = "\n".join(row[0] for row in cursor.fetchall())
        cursor.execute("SELECT indexdef FROM pg_indexes WHERE indexname = 'unit_path_prefix'")
        definition = cursor.fetchone()[0]
    assert "Index Cond" in plan
    # Under another collation than C, this index alone answers a prefix.
    assert "text_pattern_ops" in definition
