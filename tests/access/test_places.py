"""The tree and its people, with rights; and never an organisation without its administrator."""

import time
from datetime import timedelta
from typing import Any

import pytest

from parvis.access import commands
from parvis.access.commands import locking
from parvis.access.enums import Action
from parvis.access.models import Grant
from parvis.core.actor import SYSTEM, Actor
from parvis.core.clock import now, today
from parvis.core.errors import AbsentError, ConflictError, DomainError, RefusedError
from parvis.core.ids import new_id
from parvis.directory import queries as directory
from parvis.directory.enums import UnitKind
from parvis.directory.models import Membership, Unit
from parvis.identity.models import Account
from tests.access import town as towns
from tests.access.town import MANAGE, READ, administrator, give, may, member, someone
from tests.directory.world import together


def email(person: Actor) -> str:
    return str(Account.objects.get(id=person.person).email)


@pytest.mark.django_db
def test_rights_the_tree_is_shaped_by_who_administers_that_part_of_it() -> None:
    town = towns.build()
    head, stranger = administrator(town, town.population), someone()
    made = commands.add_unit(parent=town.population.id, name="Élections", kind=UnitKind.BUREAU, actor=head)
    commands.rename_unit(unit=made, name="Bureau des élections", actor=head)
    commands.move_unit(unit=made, new_parent=town.desk.id, actor=head)
    Unit.objects.update(valid_from="2020-01-01")
    commands.close_unit(unit=made, actor=head)
    writes: list[Any] = [
        lambda who: commands.add_unit(parent=town.roads.id, name="X", kind=UnitKind.BUREAU, actor=who),
        lambda who: commands.rename_unit(unit=town.roads.id, name="X", actor=who),
        lambda who: commands.move_unit(unit=town.desk.id, new_parent=town.roads.id, actor=who),
        lambda who: commands.move_unit(unit=town.roads.id, new_parent=town.desk.id, actor=who),
        lambda who: commands.close_unit(unit=town.roads.id, actor=who),
    ]
    for write in writes:
        for who in (head, stranger):
            with pytest.raises(RefusedError):
                write(who)
    with pytest.raises(AbsentError):
        commands.rename_unit(unit=new_id(), name="X", actor=SYSTEM)


@pytest.mark.django_db
def test_rights_members_come_and_go_by_who_administers_their_unit() -> None:
    town = towns.build()
    head, person, (_, elsewhere) = administrator(town, town.population), someone(), member(town, town.roads)
    joined = commands.add_member(email=email(person), organisation=town.id, unit=town.desk.id, actor=head)
    assert Membership.objects.get(id=joined).link == "moderated"
    commands.suspend_member(membership=joined, actor=head)
    commands.reinstate_member(membership=joined, actor=head)
    commands.end_membership(membership=joined, actor=head)
    for write in (commands.suspend_member, commands.reinstate_member, commands.end_membership):
        with pytest.raises(RefusedError):
            write(membership=elsewhere, actor=head)
        with pytest.raises(AbsentError):
            write(membership=new_id(), actor=head)
    with pytest.raises(RefusedError):
        commands.add_member(email=email(person), organisation=town.id, actor=head)
    with pytest.raises(AbsentError):
        commands.add_member(email="personne@exemple.example", organisation=town.id, unit=town.desk.id, actor=head)


@pytest.mark.django_db
def test_nobody_joins_nor_leaves_by_themselves_nor_moves_their_own_unit() -> None:
    town = towns.build()
    head, joined = member(town, town.desk)
    give(town, head, MANAGE)
    for write in (
        lambda: commands.add_member(email=email(head), organisation=town.id, unit=town.roads.id, actor=head),
        lambda: commands.end_membership(membership=joined, actor=head),
        lambda: commands.reinstate_member(membership=joined, actor=head),
        lambda: commands.move_unit(unit=town.population.id, new_parent=town.roads.id, actor=head),
    ):
        with pytest.raises(DomainError) as refused:
            write()
        assert refused.value.code == "own_rights"


@pytest.mark.django_db
def test_rights_end_with_the_last_membership() -> None:
    town = towns.build()
    agent, joined = member(town, town.desk)
    own, of_post = give(town, agent, depth=1), give(town, joined, Action.CASE_PROCESS)
    below = give(town, someone(), actor=agent)
    last = today() + timedelta(days=5)
    commands.end_membership(membership=joined, on=last, actor=SYSTEM)
    assert may(agent, town)
    ends = [Grant.objects.get(id=one).effective_to for one in (own, of_post, below)]
    assert all(end and timedelta(days=5) < end - now() < timedelta(days=6, hours=1) for end in ends)
    other, first = member(town, town.desk)
    second = Membership.objects.create(account_id=other.person, organisation=town.organisation, unit=town.roads)
    give(town, other)
    commands.end_membership(membership=first, actor=SYSTEM)
    assert may(other, town)
    commands.suspend_member(membership=second.id, actor=SYSTEM)
    assert not may(other, town)
    commands.reinstate_member(membership=second.id, actor=SYSTEM)
    assert may(other, town)


@pytest.mark.django_db
def test_a_move_ends_the_rights_that_no_longer_lie_within_their_parents() -> None:
    town = towns.build()
    first, second, third = someone(), someone(), someone()
    give(town, first, unit=town.population, depth=2)
    give(town, second, actor=first, unit=town.desk, depth=1)
    give(town, third, actor=second, unit=town.desk)
    kept = someone()
    give(town, kept, unit=town.desk)
    commands.move_unit(unit=town.desk.id, new_parent=town.roads.id, actor=SYSTEM)
    assert not any(may(one, town, unit=town.desk) for one in (first, second, third))
    assert may(kept, town, unit=town.desk)


@pytest.mark.django_db
def test_closing_a_unit_closes_the_rights_on_it_and_to_it() -> None:
    town = towns.build()
    give(town, someone(), unit=town.desk)
    give(town, town.desk, READ)
    Unit.objects.update(valid_from="2020-01-01")
    commands.close_unit(unit=town.desk.id, actor=SYSTEM)
    assert not Grant.objects.filter(revoked_at=None).exists()
    assert directory.unit_place(town.desk.id) is None


@pytest.mark.django_db
def test_the_last_administrator_stays() -> None:
    town = towns.build()
    head, joined = member(town)
    grant = give(town, joined, MANAGE)
    administrator(town, town.desk)  # of a part only: does not count
    writes: list[Any] = [
        lambda: commands.revoke(grant_id=grant, actor=SYSTEM),
        lambda: commands.end_membership(membership=joined, actor=SYSTEM),
        lambda: commands.end_membership(membership=joined, on=today() + timedelta(days=9), actor=SYSTEM),
        lambda: commands.suspend_member(membership=joined, actor=SYSTEM),
    ]
    for write in writes:
        with pytest.raises(ConflictError) as refused:
            write()
        assert refused.value.code == "last_administrator"
    assert may(head, town, MANAGE)
    second = administrator(town)
    commands.end_membership(membership=joined, actor=second)


@pytest.mark.django_db(transaction=True)
def test_two_administrators_who_remove_each_other_at_once_leave_one(monkeypatch: pytest.MonkeyPatch) -> None:
    town = towns.build()
    one, other = administrator(town), administrator(town)
    grants = {who.id: Grant.objects.get(principal_id=who.person).id for who in (one, other)}
    count = locking.administrators

    def count_slowly(*args: Any, **more: Any) -> Any:
        found = count(*args, **more)
        time.sleep(0.05)
        return found

    monkeypatch.setattr(locking, "administrators", count_slowly)
    outcome = together(
        lambda: commands.revoke(grant_id=grants[one.id], actor=SYSTEM),
        lambda: commands.revoke(grant_id=grants[other.id], actor=SYSTEM),
    )
    assert outcome == ["last_administrator", "ok"]
    assert len(count(town.id)) == 1
