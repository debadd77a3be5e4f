"""Organisations and their unit trees."""

from collections.abc import Callable
from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction

from parvis.core.actor import SYSTEM
from parvis.core.clock import today
from parvis.core.errors import AbsentError, ConflictError, DomainError
from parvis.directory import commands, queries
from parvis.directory.enums import OrganisationKind, UnitKind
from parvis.directory.models import Membership, Organisation, Unit
from tests.directory.conftest import Release, record
from tests.directory.world import STATE, account, actions, root_of, state, together, tree

PARIS = "21750001600019"


@pytest.fixture
def communes(release: Release) -> None:
    file = release(
        record("75056", "Paris"),
        record("75115", "Paris 15e Arrondissement", type="arrondissement-municipal", commune="75056"),
        record("01033", "Valserhône", anciensCodes=["01126"]),
    )
    commands.import_communes(source=file, actor=SYSTEM)


def paris(siret: str = PARIS) -> Organisation:
    return commands.register_organisation(
        kind=OrganisationKind.COMMUNE, name="Mairie de Paris", siret=siret, commune_code="75056", actor=SYSTEM
    )


@pytest.mark.django_db
@pytest.mark.usefixtures("communes")
def test_a_town_hall_is_registered_with_its_root_and_its_entry() -> None:
    town = paris("217 500 016 00019")
    assert (town.siret, town.branch_code, town.commune_id) == (PARIS, "75056", "75056")
    assert root_of(town).path == f"/{root_of(town).id.hex}/"
    assert actions(f"organisation:{town.id}") == ["directory.organisation_registered"]
    assert queries.organisation_for(PARIS, "75056") == town
    assert queries.organisation_for(PARIS) is None
    # An arrondissement is answered for by its city.
    assert queries.organisation_of_commune("75115") == queries.organisation_of_commune("75056") == town
    assert queries.organisation_of_commune("01033") is None


@pytest.mark.django_db
@pytest.mark.usefixtures("communes")
@pytest.mark.parametrize(
    ("fields", "code", "says"),
    [
        ({"siret": "21750001600018"}, "siret_key", "clé"),
        ({"siret": "217500016"}, "siret_form", "14 chiffres"),
        ({"commune_code": ""}, "commune_missing", "commune"),
        ({"commune_code": "99999"}, "commune_unknown", "99999"),
        ({"commune_code": "01126"}, "commune_unknown", "Valserhône : utilisez le code 01033"),
        ({"commune_code": "75115"}, "commune_is_arrondissement", "75056"),
        ({"branch_code": "01033"}, "branch_code_form", "75056"),
        ({"name": " "}, "name_missing", "nom"),
        ({"email": "mairie"}, "email_form", "adresse"),
    ],
)
def test_a_wrong_field_is_named_and_explained(fields: dict[str, str], code: str, says: str) -> None:
    good = {"name": "Mairie de Paris", "siret": PARIS, "commune_code": "75056"}
    with pytest.raises(DomainError) as refusal:
        commands.register_organisation(kind=OrganisationKind.COMMUNE, actor=SYSTEM, **(good | fields))
    assert [problem.code for problem in refusal.value.problems] == [code]
    assert says in refusal.value.message
    assert not Organisation.objects.exists()


@pytest.mark.django_db
def test_every_defect_is_told_at_once() -> None:
    with pytest.raises(DomainError) as refusal:
        state(name="", siret="1", branch_code="é!")
    assert {problem.field for problem in refusal.value.problems} == {"name", "siret", "branch_code"}


@pytest.mark.django_db
@pytest.mark.usefixtures("communes")
def test_a_siret_and_a_commune_are_taken_once() -> None:
    paris()
    with pytest.raises(ConflictError) as refusal:
        paris()
    assert refusal.value.code == "siret_taken"
    with pytest.raises(ConflictError) as refusal:
        paris(STATE)
    assert refusal.value.code == "commune_taken"
    assert state(siret=PARIS, branch_code="annexe").branch_code == "annexe"


@pytest.mark.django_db
def test_units_make_a_tree() -> None:
    root = root_of(state())
    direction = commands.add_unit(parent=root.id, name="Population", kind=UnitKind.DIRECTION, actor=SYSTEM)
    office = commands.add_unit(parent=direction.id, name="État civil", kind=UnitKind.SERVICE, actor=SYSTEM)
    assert office.path == f"{root.path}{direction.id.hex}/{office.id.hex}/"
    assert list(queries.units_of(root.organisation_id)) == [root, direction, office]
    assert list(queries.units_of(root.organisation_id, below=direction.id)) == [direction, office]
    assert not queries.units_of(root.organisation_id, below=uuid4())
    assert not queries.units_of(root.organisation_id, on=today() - timedelta(days=1))
    assert actions(f"unit:{office.id}") == ["directory.unit_added"]


@pytest.mark.django_db
def test_what_is_no_unit_is_refused() -> None:
    root = root_of(state())
    with pytest.raises(DomainError, match="nom"):
        commands.add_unit(parent=root.id, name=" ", kind=UnitKind.SERVICE, actor=SYSTEM)
    with pytest.raises(DomainError, match="racine"):
        commands.add_unit(parent=root.id, name="Autre", kind=UnitKind.ORGANISATION, actor=SYSTEM)
    with pytest.raises(AbsentError):
        commands.add_unit(parent=uuid4(), name="Autre", kind=UnitKind.SERVICE, actor=SYSTEM)
    commands.add_unit(parent=root.id, name="Accueil", kind=UnitKind.SERVICE, actor=SYSTEM)
    with pytest.raises(ConflictError, match="même nom"):
        commands.add_unit(parent=root.id, name="Accueil", kind=UnitKind.BUREAU, actor=SYSTEM)
    Unit.objects.filter(id=root.id).update(valid_from=date(2020, 1, 1), valid_to=today())
    with pytest.raises(ConflictError, match="n’existe plus"):
        commands.add_unit(parent=root.id, name="Autre", kind=UnitKind.SERVICE, actor=SYSTEM)
    Organisation.objects.update(state="closed")
    with pytest.raises(ConflictError, match="fermée"):
        commands.add_unit(parent=root.id, name="Autre", kind=UnitKind.SERVICE, actor=SYSTEM)


@pytest.mark.django_db
def test_a_move_takes_the_whole_subtree() -> None:
    root, a, b, leaf = tree()
    commands.move_unit(unit=a.id, new_parent=b.id, actor=SYSTEM)
    leaf.refresh_from_db()
    a.refresh_from_db()
    assert a.parent_id == b.id
    assert a.path == f"{root.path}{b.id.hex}/{a.id.hex}/"
    assert leaf.path == f"{a.path}{leaf.id.hex}/"
    assert actions(f"unit:{a.id}") == ["directory.unit_moved", "directory.unit_added"]


@pytest.mark.django_db
def test_a_move_that_makes_no_sense_is_refused() -> None:
    root, a, b, leaf = tree()
    other = root_of(state(name="Autre", branch_code="autre"))
    for unit, parent in [(a, leaf), (a, a), (root, b), (a, other)]:
        with pytest.raises(DomainError):
            commands.move_unit(unit=unit.id, new_parent=parent.id, actor=SYSTEM)
    commands.add_unit(parent=b.id, name="A", kind=UnitKind.DIRECTION, actor=SYSTEM)
    with pytest.raises(ConflictError):
        commands.move_unit(unit=a.id, new_parent=b.id, actor=SYSTEM)


def at_once(write: Callable[[], object]) -> None:
    """Do a write and check the deferred constraints without waiting for the commit."""
    with transaction.atomic(), connection.cursor() as cursor:
        write()
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


@pytest.mark.django_db
def test_the_database_keeps_trees_within_one_organisation() -> None:
    root, a, _, _ = tree()
    other = root_of(state(name="Autre", branch_code="autre"))
    with pytest.raises(IntegrityError):
        at_once(lambda: Unit.objects.filter(id=a.id).update(parent=other.id))
    person, home = account(), root.organisation_id
    with pytest.raises(IntegrityError):
        at_once(lambda: Membership.objects.create(account_id=person, organisation_id=home, unit=other))
    with pytest.raises(IntegrityError), transaction.atomic():
        Unit.objects.filter(id=a.id).update(path=root.path)


@pytest.mark.django_db(transaction=True)
def test_two_registrations_at_once_make_one_organisation() -> None:
    assert together(state, state, state) == ["ok", "siret_taken", "siret_taken"]
    assert Unit.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_opposite_moves_at_once_never_close_a_loop() -> None:
    _, a, b, _ = tree()
    for _ in range(5):
        outcome = together(
            lambda: commands.move_unit(unit=a.id, new_parent=b.id, actor=SYSTEM),
            lambda: commands.move_unit(unit=b.id, new_parent=a.id, actor=SYSTEM),
        )
        assert outcome == ["ok", "unit_below_itself"]
        root = Unit.objects.get(parent=None)
        for unit in (a, b):
            unit.refresh_from_db()
            if unit.parent_id != root.id:
                commands.move_unit(unit=unit.id, new_parent=root.id, actor=SYSTEM)
