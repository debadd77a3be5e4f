"""How far a grant reaches: units, memberships, conditions, assurance."""

from datetime import timedelta
from uuid import UUID

import pytest
from django.db import IntegrityError, connection, transaction

from parvis.access import queries
from parvis.access.enums import Action, PrincipalKind
from parvis.access.models import Grant
from parvis.core.actor import SYSTEM, Actor
from parvis.core.clock import now, today
from parvis.core.errors import DomainError
from parvis.core.ids import new_id
from parvis.directory import commands as directory
from parvis.directory.enums import LinkStrength
from parvis.directory.models import Membership, Unit
from tests.access import town as towns
from tests.access.town import READ, give, may, member, someone

pytestmark = pytest.mark.django_db


def test_a_perimeter_opens_its_subtree_and_nothing_beside_nor_above() -> None:
    town = towns.build()
    agent = someone()
    give(town, agent, unit=town.population)
    assert may(agent, town, unit=town.population)
    assert may(agent, town, unit=town.desk)
    assert not may(agent, town, unit=town.roads)
    assert not may(agent, town, unit=town.root)
    assert not may(agent, town), "an object kept nowhere is the whole organisation's"
    directory.move_unit(unit=town.desk.id, new_parent=town.roads.id, actor=SYSTEM)
    assert not may(agent, town, unit=town.desk), "a unit that moved away is no longer in the perimeter"


def test_a_grant_on_the_whole_opens_every_unit() -> None:
    town = towns.build()
    whole, root = someone(), someone()
    give(town, whole)
    give(town, root, unit=town.root)
    for agent in (whole, root):
        assert may(agent, town)
        assert may(agent, town, unit=town.desk)


def test_a_closed_perimeter_opens_nothing() -> None:
    town = towns.build()
    agent = someone()
    give(town, agent, unit=town.desk)
    Unit.objects.filter(id=town.desk.id).update(valid_from="2020-01-01", valid_to=today())
    assert not may(agent, town, unit=town.desk)


def test_a_unit_right_is_everyones_who_works_in_it_or_below() -> None:
    town = towns.build()
    above, (inside, joined), (below, _), beside = (
        member(town, town.root)[0],
        member(town, town.population),
        member(town, town.desk),
        member(town, town.roads)[0],
    )
    nowhere, _ = member(town)
    give(town, town.population, READ)
    assert [may(one, town) for one in (inside, below, above, beside, nowhere)] == [True, True, False, False, False]
    give(town, town.root, Action.CASE_DOWNLOAD)
    assert all(may(one, town, Action.CASE_DOWNLOAD) for one in (inside, below, above, beside, nowhere))
    Membership.objects.filter(id=joined).update(state="suspended")
    assert not may(inside, town)


@pytest.mark.parametrize(
    "change",
    [
        {"state": "suspended"},
        {"starts_on": today() + timedelta(days=1)},
        {"starts_on": "2020-01-01", "ends_on": today() - timedelta(days=1)},
    ],
)
def test_a_membership_right_lives_as_long_as_the_membership(change: dict[str, object]) -> None:
    town = towns.build()
    agent, joined = member(town)
    give(town, joined)
    assert may(agent, town)
    Membership.objects.filter(id=joined).update(**change)
    assert not may(agent, town)


@pytest.mark.parametrize("column", ["suspended_at", "revoked_at", "pending", "valid_from", "effective_to"])
def test_every_way_of_closing_a_grant_closes_it(column: str) -> None:
    town = towns.build()
    agent = someone()
    grant = give(town, agent)
    closed = {"pending": True, "valid_from": now() + timedelta(hours=1), "effective_to": now() - timedelta(hours=1)}
    Grant.objects.filter(id=grant).update(**{column: closed.get(column, now())})
    assert not may(agent, town)
    assert queries.perimeter(agent, READ) == []


def test_a_condition_asks_for_facts() -> None:
    town = towns.build()
    agent = someone()
    give(town, agent, condition={"arrondissement": {"in": ["15"]}, "amount": {"at_most": 100}})
    assert may(agent, town, arrondissement="15", amount=100)
    assert not may(agent, town, arrondissement="15", amount=101)
    assert not may(agent, town, arrondissement="14", amount=1)
    assert not may(agent, town, arrondissement="15")
    assert queries.may(agent, READ, organisation=town.id, process="X").reason == "condition"
    with pytest.raises(DomainError, match="condition"):
        give(town, agent, condition={"weather": {"in": ["rain"]}})


def test_ones_own_files_are_ones_own() -> None:
    town = towns.build()
    agent = someone()
    give(town, agent, condition={"in_charge": {"mine": True}})
    assert may(agent, town, in_charge=agent.id)
    assert not may(agent, town, in_charge=new_id())


def test_a_minimum_is_told_to_a_session_that_lacks_it() -> None:
    town = towns.build()
    agent, joined = member(town, link=LinkStrength.DECLARED)
    give(town, joined, minima=(2, 2, 1))
    decision = queries.may(agent, READ, organisation=town.id, process="X")
    assert (decision.allowed, decision.reason) == (False, "assurance")
    assert decision.needs == {"identity": 2, "authentication": 2, "organisation": 1}
    sure = Actor("account", agent.id, assurance=(2, 2, 2))
    assert queries.may(sure, READ, organisation=town.id, process="X").needs == {"organisation": 1}
    Membership.objects.filter(id=joined).update(link="certified")
    assert may(sure, town)
    assert not may(agent, town)


def test_who_prepared_does_not_sign() -> None:
    town = towns.build()
    agent = someone()
    give(town, agent, Action.ACT_PREPARE, Action.ACT_SIGN)

    def signs(author: Actor) -> bool:
        authors = {str(Action.ACT_PREPARE): author.id}
        return queries.may(agent, Action.ACT_SIGN, organisation=town.id, process="X", authors=authors).allowed

    assert signs(someone())
    assert not signs(agent)


def at_once(grant: UUID, **change: object) -> None:
    """Change a row and check the deferred constraints without waiting for the commit."""
    with transaction.atomic(), connection.cursor() as cursor:
        Grant.objects.filter(id=grant).update(**change)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_the_database_keeps_perimeters_and_parents_at_home() -> None:
    town = towns.build()
    other = towns.build("Autre", branch="autre")
    grant = give(town, someone())
    with pytest.raises(IntegrityError):
        at_once(grant, unit=other.desk.id)
    elsewhere = give(other, someone())
    with pytest.raises(IntegrityError):
        at_once(grant, parent=elsewhere)
    with pytest.raises(IntegrityError), transaction.atomic():
        Grant.objects.filter(id=grant).update(valid_to=now() + timedelta(days=400))
    with pytest.raises(IntegrityError), transaction.atomic():
        Grant.objects.filter(id=grant).update(principal_kind=PrincipalKind.MANDATE, actions=[Action.ACT_SIGN])


def test_a_decision_is_one_query(django_assert_num_queries: object) -> None:
    town = towns.build()
    agent, joined = member(town, town.desk)
    give(town, joined)
    with django_assert_num_queries(1):  # type: ignore[operator]
        assert may(agent, town)
