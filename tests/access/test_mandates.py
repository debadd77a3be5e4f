"""Acting for another: mandates to editors, absences, duties kept apart, reviews."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import IntegrityError, transaction

from parvis.access import commands, queries
from parvis.access.commands import Deed, Line
from parvis.access.enums import Action, SeparationKind
from parvis.access.models import Cover, Grant, Mandate, SensitiveRight, SeparationRule
from parvis.access.queries import Thing, reviewing
from parvis.core.actor import SYSTEM, Actor
from parvis.core.clock import now, today
from parvis.core.errors import AbsentError, ConflictError, DomainError, RefusedError
from parvis.core.ids import new_id
from parvis.directory.models import Membership
from parvis.identity.models import Account
from parvis.ledger import commands as ledger
from parvis.ledger.models import Entry
from tests.access import town as towns
from tests.access.town import MANAGE, READ, SIGN, Town, administrator, give, may, member, someone
from tests.support.ledger import actions

pytestmark = pytest.mark.django_db


def deed(editor: Town, **change: Any) -> Deed:
    good: dict[str, Any] = {"reference": "2026-118", "sha256": "ab" * 32, "signed_on": today(), "lines": [Line([READ])]}
    return Deed(editor.id, **(good | change))


def two() -> tuple[Town, Town]:
    return towns.build(), towns.build("Éditeur", branch="editeur")


def test_rights_an_editors_agent_acts_under_the_mandate_and_the_journal_names_both() -> None:
    town, editor = two()
    mandate = commands.give_mandate(organisation=town.id, deed=deed(editor), actor=administrator(town))
    agent = someone()
    with pytest.raises(ConflictError):
        commands.act_for(organisation=town.id, actor=agent)
    give(editor, agent, Action.MANDATE_USE)
    assert not may(agent, town), "without saying for whom, nothing"
    for_town = commands.act_for(organisation=town.id, actor=agent)
    assert may(for_town, town)
    assert not may(for_town, town, Action.CASE_PROCESS)
    assert not may(for_town, editor, Action.MANDATE_USE), "for one organisation at a time"
    with transaction.atomic():
        ledger.record(actor=for_town, action="exchange.case_read", subject="case:1")
    entry = Entry.objects.latest("id")
    assert (entry.actor_id, entry.acting_for) == (agent.id, town.id)
    assert [seer.id for seer in queries.who(READ, Thing(town.id, "X")) if seer.for_mandant] == [agent.id]
    commands.revoke_mandate(mandate_id=mandate, actor=SYSTEM)
    assert not may(for_town, town)
    assert actions()[-2:] == ["grant.revoked", "mandate.revoked"]


def test_rights_a_mandate_is_given_by_who_administers_the_whole() -> None:
    town, editor = two()
    for who in (someone(), administrator(town, town.desk), administrator(editor)):
        with pytest.raises(RefusedError):
            commands.give_mandate(organisation=town.id, deed=deed(editor), actor=who)
    mandate = commands.give_mandate(organisation=town.id, deed=deed(editor), actor=administrator(town))
    with pytest.raises(RefusedError):
        commands.revoke_mandate(mandate_id=mandate, actor=administrator(editor))
    with pytest.raises(AbsentError):
        commands.revoke_mandate(mandate_id=new_id(), actor=SYSTEM)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"reference": " "}, "no_reference"),
        ({"sha256": "ab"}, "bad_fingerprint"),
        ({"signed_on": today() + timedelta(days=1)}, "not_signed_yet"),
        ({"valid_to": now() + timedelta(days=400)}, "too_long"),
        ({"valid_to": now() - timedelta(days=1)}, "too_long"),
        ({"lines": []}, "no_line"),
        ({"lines": [Line([SIGN])]}, "never_by_mandate"),
        ({"lines": [Line([READ, MANAGE])]}, "never_by_mandate"),
    ],
)
def test_a_mandate_that_makes_no_sense_is_refused(change: dict[str, Any], code: str) -> None:
    town, editor = two()
    with pytest.raises(DomainError) as refused:
        commands.give_mandate(organisation=town.id, deed=deed(editor, **change), actor=SYSTEM)
    assert [problem.code for problem in refused.value.problems] == [code]
    assert not Mandate.objects.exists()


def test_a_mandate_past_its_end_opens_nothing_and_the_database_bounds_it() -> None:
    town, editor = two()
    mandate = commands.give_mandate(organisation=town.id, deed=deed(editor), actor=SYSTEM)
    agent = someone()
    give(editor, agent, Action.MANDATE_USE)
    for_town = commands.act_for(organisation=town.id, actor=agent)
    Mandate.objects.filter(id=mandate).update(valid_from=now() - timedelta(days=9), valid_to=now() - timedelta(days=1))
    assert not may(for_town, town)
    with pytest.raises(IntegrityError), transaction.atomic():
        Mandate.objects.filter(id=mandate).update(valid_to=now() + timedelta(days=500))
    with pytest.raises(DomainError, match="reçoit"):
        commands.give_mandate(organisation=town.id, deed=deed(town), actor=SYSTEM)


def covered(substitute: UUID, absent: UUID, days: tuple[int, int] = (0, 5), actor: Actor = SYSTEM) -> UUID:
    first, last = (today() + timedelta(days=one) for one in days)
    return commands.cover_absence(absent=absent, substitute=substitute, starts_on=first, ends_on=last, actor=actor)


def test_a_substitute_has_the_rights_of_the_absent_save_those_over_rights() -> None:
    town = towns.build()
    (away, absent), (stand_in, substitute) = member(town, town.desk), member(town, town.roads)
    give(town, absent, READ)
    give(town, away, Action.CASE_DOWNLOAD)
    give(town, town.desk, Action.CASE_PROCESS)
    give(town, absent, MANAGE)
    assert not may(stand_in, town)
    cover = covered(substitute, absent)
    assert [may(stand_in, town, one) for one in (READ, Action.CASE_DOWNLOAD, Action.CASE_PROCESS, MANAGE)] == [
        True,
        True,
        True,
        False,
    ]
    assert queries.organisations_of(stand_in, [MANAGE]) == set()
    Cover.objects.filter(id=cover).update(starts_on=today() + timedelta(days=1))
    assert not may(stand_in, town)
    Cover.objects.filter(id=cover).update(starts_on=today())
    Membership.objects.filter(id=absent).update(state="suspended")
    assert not may(stand_in, town)
    Membership.objects.filter(id=absent).update(state="active")
    for _ in range(2):
        commands.end_cover(cover_id=cover, actor=SYSTEM)
    assert not may(stand_in, town)
    assert actions().count("cover.ended") == 1


def test_rights_an_absence_is_covered_by_who_administers_and_never_by_oneself() -> None:
    town, other = towns.build(), towns.build("Autre", branch="b")
    (_, absent), (stand_in, substitute), (_, foreign) = member(town), member(town), member(other)
    head = administrator(town)
    give(town, stand_in, MANAGE)
    with pytest.raises(DomainError) as refused:
        commands.cover_absence(absent=absent, substitute=substitute, starts_on=today(), ends_on=today(), actor=stand_in)
    assert refused.value.code == "own_rights"
    with pytest.raises(RefusedError):
        covered(substitute, absent, actor=someone())
    cover = covered(substitute, absent, actor=head)
    with pytest.raises(RefusedError):
        commands.end_cover(cover_id=cover, actor=administrator(other))
    for pair in ((foreign, absent), (substitute, new_id())):
        with pytest.raises(AbsentError):
            covered(*pair)
    for pair, days, code in (
        ((absent, absent), (0, 1), "same_person"),
        ((substitute, absent), (5, 1), "dates_in_disorder"),
        ((substitute, absent), (-5, -1), "already_over"),
        ((substitute, absent), (0, 900), "too_long"),
    ):
        with pytest.raises(DomainError) as refused:
            covered(*pair, days=days)
        assert refused.value.code == code


def test_rights_an_organisation_sets_its_own_policies() -> None:
    town = towns.build()
    head, stranger = administrator(town), someone()

    def write(who: Actor, *, on: bool) -> None:
        commands.separate(
            organisation=town.id, kind=SeparationKind.PERSON, first=READ, second=MANAGE, apart=on, actor=who
        )
        commands.mark_sensitive(organisation=town.id, action=READ, sensitive=on, actor=who)

    for on in (True, True, False, False):
        write(head, on=on)
        assert (SeparationRule.objects.count(), SensitiveRight.objects.count()) == (on, on)
    assert (actions().count("separation.set"), actions().count("sensitive.set")) == (2, 2)
    with pytest.raises(RefusedError):
        commands.separate(organisation=town.id, kind=SeparationKind.PERSON, first=READ, second=MANAGE, actor=stranger)
    with pytest.raises(RefusedError):
        commands.mark_sensitive(organisation=town.id, action=READ, actor=stranger)
    with pytest.raises(DomainError):
        commands.separate(organisation=town.id, kind=SeparationKind.PERSON, first=READ, second=READ, actor=head)


def test_a_cover_does_not_join_what_the_town_separates() -> None:
    town = towns.build()
    commands.separate(
        organisation=town.id, kind=SeparationKind.PERSON, first=READ, second=Action.CASE_PROCESS, actor=SYSTEM
    )
    (_, absent), (_, substitute) = member(town, town.desk), member(town, town.roads)
    give(town, absent, READ)
    give(town, substitute, Action.CASE_PROCESS)
    with pytest.raises(ConflictError):
        covered(substitute, absent)


def test_rights_a_review_confirms_what_is_still_needed() -> None:
    town = towns.build()
    old, young = give(town, someone(), unit=town.desk), give(town, someone())
    Grant.objects.filter(id=old).update(created_at=now() - timedelta(days=100))
    assert [row.id for row in reviewing.to_confirm(town.id)] == [old]
    for who in (someone(), administrator(town, town.roads)):
        with pytest.raises(RefusedError):
            commands.confirm(grant_id=old, actor=who)
    commands.confirm(grant_id=old, actor=administrator(town, town.population))
    assert list(reviewing.to_confirm(town.id)) == []
    Grant.objects.filter(id=young).update(effective_to=now() + timedelta(days=20))
    assert [row.id for row in reviewing.ending_soon(town.id)] == [young]
    commands.revoke(grant_id=old, actor=SYSTEM)
    with pytest.raises(ConflictError):
        commands.confirm(grant_id=old, actor=SYSTEM)


def test_rights_who_no_longer_comes_is_suspended() -> None:
    town = towns.build()
    (gone, left), (present, _), (_, recent) = member(town), member(town), member(town)
    give(town, gone)
    long_ago = now() - timedelta(days=120)
    Account.objects.filter(id=gone.person).update(last_login=now() - timedelta(days=91))
    Account.objects.update(created_at=long_ago)
    Account.objects.filter(id=present.person).update(last_login=now() - timedelta(days=80))
    Membership.objects.exclude(id=recent).update(starts_on=long_ago.date())
    with pytest.raises(RefusedError):
        commands.suspend_dormant(organisation=town.id, actor=someone())
    assert commands.suspend_dormant(organisation=town.id, actor=SYSTEM) == [left]
    assert not may(gone, town)
    commands.reinstate_member(membership=left, actor=SYSTEM)
    assert may(gone, town)


def test_the_last_administrator_is_not_suspended_for_lack_of_use() -> None:
    town = towns.build()
    head, joined = member(town)
    give(town, joined, MANAGE)
    Account.objects.update(created_at=now() - timedelta(days=120))
    Membership.objects.update(starts_on=today() - timedelta(days=120))
    assert commands.suspend_dormant(organisation=town.id, actor=SYSTEM) == []
    assert may(head, town, MANAGE)
