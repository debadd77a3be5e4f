"""Who works where, and until when."""

import time
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest

from parvis.core.actor import SYSTEM
from parvis.core.clock import today
from parvis.core.errors import AbsentError, ConflictError, DomainError
from parvis.directory import commands, queries
from parvis.directory.commands import memberships
from parvis.directory.models import Membership
from parvis.ledger import queries as ledger
from tests.directory.world import account, actions, root_of, state, together, tree


@pytest.mark.django_db
def test_a_person_joins_and_leaves() -> None:
    root, a, _, _ = tree()
    person = account()
    joined = commands.add_member(
        account=person, organisation=root.organisation_id, unit=a.id, title="Officier d’état civil", actor=SYSTEM
    )
    assert list(queries.memberships_of(person)) == [joined]
    ended = commands.end_membership(membership=joined.id, actor=SYSTEM)
    assert ended.ends_on == today()
    assert queries.memberships_of(person).exists()  # the last day is included
    assert not queries.memberships_of(person, on=today() + timedelta(days=1)).exists()
    assert actions(f"membership:{joined.id}") == ["directory.membership_ended", "directory.member_added"]
    assert [entry.action for entry in ledger.entries_about(person)] == actions(f"membership:{joined.id}")


@pytest.mark.django_db
def test_what_is_no_membership_is_refused() -> None:
    root, a, _, _ = tree()
    other = root_of(state(name="Autre", branch_code="autre"))
    person, home = account(), root.organisation_id
    for who, where, unit in [
        (uuid4(), home, None),
        (person, uuid4(), None),
        (person, home, uuid4()),
        (person, home, other.id),
    ]:
        with pytest.raises(AbsentError):
            commands.add_member(account=who, organisation=where, unit=unit, actor=SYSTEM)
    with pytest.raises(DomainError, match="précède"):
        commands.add_member(
            account=person, organisation=home, starts_on=today(), ends_on=today() - timedelta(days=1), actor=SYSTEM
        )
    commands.add_member(account=person, organisation=home, ends_on=today() + timedelta(days=9), actor=SYSTEM)
    with pytest.raises(ConflictError, match="déjà membre"):
        commands.add_member(account=person, organisation=home, starts_on=today() + timedelta(days=9), actor=SYSTEM)
    commands.add_member(account=person, organisation=home, starts_on=today() + timedelta(days=10), actor=SYSTEM)
    commands.add_member(account=person, organisation=home, unit=a.id, actor=SYSTEM)


@pytest.mark.django_db
def test_an_end_that_makes_no_sense_is_refused() -> None:
    home = state().id
    joined = commands.add_member(account=account(), organisation=home, actor=SYSTEM)
    with pytest.raises(AbsentError):
        commands.end_membership(membership=uuid4(), actor=SYSTEM)
    with pytest.raises(DomainError, match="commencé"):
        commands.end_membership(membership=joined.id, on=today() - timedelta(days=1), actor=SYSTEM)
    commands.end_membership(membership=joined.id, on=today() + timedelta(days=5), actor=SYSTEM)
    commands.end_membership(membership=joined.id, on=today() + timedelta(days=2), actor=SYSTEM)
    Membership.objects.update(starts_on=date(2020, 1, 1), ends_on=date(2020, 2, 1))
    with pytest.raises(ConflictError, match="01/02/2020"):
        commands.end_membership(membership=joined.id, actor=SYSTEM)


@pytest.mark.django_db(transaction=True)
def test_two_additions_of_a_member_at_once_make_one(monkeypatch: pytest.MonkeyPatch) -> None:
    home, person = state().id, account()
    look = memberships._overlapping  # noqa: SLF001 - the moment between looking and writing is what is tested

    def look_slowly(*args: Any) -> bool:
        found = look(*args)
        time.sleep(0.1)
        return found

    monkeypatch.setattr(memberships, "_overlapping", look_slowly)
    last = today() + timedelta(days=30)  # no unique index covers a membership with an end

    def join() -> object:
        return commands.add_member(account=person, organisation=home, ends_on=last, actor=SYSTEM)

    assert together(join, join, join) == ["already_member", "already_member", "ok"]
