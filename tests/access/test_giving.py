"""Who may give what to whom: within what one has, never to oneself, four eyes on what is sensitive."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from parvis.access import commands, conditions
from parvis.access.commands import Wanted, authority
from parvis.access.enums import EVERY_PROCESS, Action, SeparationKind
from parvis.access.models import Grant, SensitiveRight, SeparationRule
from parvis.core.actor import SYSTEM, Actor
from parvis.core.clock import now
from parvis.core.errors import AbsentError, ConflictError, DomainError, RefusedError
from parvis.core.ids import new_id
from tests.access import town as towns
from tests.access.town import MANAGE, READ, SIGN, administrator, give, may, member, someone
from tests.support.ledger import actions

pytestmark = pytest.mark.django_db


def code(refused: Any) -> str:
    return str(refused.value.code)


def test_rights_an_administrator_gives_within_a_perimeter_only() -> None:
    town = towns.build()
    head = administrator(town, town.population)
    agent = someone()
    give(town, agent, actor=head, unit=town.desk)
    assert may(agent, town, unit=town.desk)
    for unit in (town.roads, None):
        with pytest.raises(RefusedError):
            give(town, someone(), actor=head, unit=unit)
    with pytest.raises(RefusedError):
        give(town, someone(), actor=someone(), unit=town.desk)
    with pytest.raises(RefusedError):
        give(towns.build("Autre", branch="b"), someone(), actor=head)


def test_rights_the_very_giving() -> None:
    town = towns.build()
    wanted = Wanted(town.id, {READ})
    commands.give(to=towns.holder(someone()), wanted=wanted, actor=administrator(town))
    with pytest.raises(RefusedError):
        commands.give(to=towns.holder(someone()), wanted=wanted, actor=someone())


def test_rights_a_right_is_given_again_by_who_could_give_it() -> None:
    town = towns.build()
    grant = give(town, someone(), unit=town.roads)
    Grant.objects.filter(id=grant).update(suspended_at=now())
    for actor in (someone(), administrator(town, town.population)):
        with pytest.raises(RefusedError):
            commands.renew(grant_id=grant, actor=actor)
    commands.renew(grant_id=grant, actor=administrator(town, town.roads))
    row = Grant.objects.get(id=grant)
    assert row.suspended_at is None
    assert row.reviewed_at is not None
    with pytest.raises(DomainError):
        commands.renew(grant_id=grant, valid_to=now() + timedelta(days=400), actor=SYSTEM)
    commands.revoke(grant_id=grant, actor=SYSTEM)
    with pytest.raises(ConflictError):
        commands.renew(grant_id=grant, actor=SYSTEM)


def test_a_right_given_by_office_outlives_the_office() -> None:
    town = towns.build()
    head, other, agent = administrator(town), administrator(town), someone()
    given_ = give(town, agent, actor=head)
    assert Grant.objects.get(id=given_).parent_id is None
    commands.revoke(grant_id=Grant.objects.get(principal_id=head.person).id, actor=other)
    assert may(agent, town)


def test_a_right_is_passed_on_as_many_times_as_its_depth() -> None:
    town = towns.build()
    first, second, third, fourth = (someone() for _ in range(4))
    give(town, first, depth=2)
    give(town, second, actor=first, depth=1)
    last = give(town, third, actor=second)
    with pytest.raises(RefusedError):
        give(town, fourth, actor=third)
    with pytest.raises(RefusedError):
        give(town, fourth, actor=second, depth=1)
    with pytest.raises(RefusedError):
        give(town, fourth, Action.CASE_PROCESS, actor=second)
    assert [may(one, town) for one in (first, second, third, fourth)] == [True, True, True, False]
    assert Grant.objects.get(id=last).effective_to == Grant.objects.get(id=last).valid_to


def test_what_ends_one_ends_those_cut_from_it() -> None:
    town = towns.build()
    first, second, third = (someone() for _ in range(3))
    top = give(town, first, depth=2)
    give(town, second, actor=first, depth=1)
    give(town, third, actor=second)
    commands.revoke(grant_id=top, actor=SYSTEM)
    assert not any(may(one, town) for one in (first, second, third))
    assert actions().count("grant.revoked") == 3


def test_the_end_of_a_chain_is_its_earliest() -> None:
    town = towns.build()
    first, second = someone(), someone()
    top = give(town, first, depth=1)
    below = give(town, second, actor=first, valid_to=now() + timedelta(days=90))
    commands.renew(grant_id=top, valid_to=now() + timedelta(days=30), actor=SYSTEM)
    top_row, row = Grant.objects.get(id=top), Grant.objects.get(id=below)
    assert row.effective_to == top_row.valid_to
    with pytest.raises(RefusedError):
        give(town, someone(), actor=first, valid_to=now() + timedelta(days=60))
    default = give(town, someone(), actor=first)
    assert Grant.objects.get(id=default).valid_to == top_row.valid_to


def test_nobody_reaches_themselves_by_any_way() -> None:
    town = towns.build()
    head, joined = member(town, town.desk)
    give(town, head, MANAGE)
    for to in (head, joined, town.desk, town.population, town.root):
        with pytest.raises(DomainError) as refused:
            give(town, to, actor=head)
        assert code(refused) == "self_grant"
    mine = Grant.objects.get(principal_id=head.person)
    for write in (commands.revoke, commands.renew):
        with pytest.raises(DomainError) as refused:
            write(grant_id=mine.id, actor=head)
        assert code(refused) == "own_rights"


def test_rights_nobody_changes_those_of_someone_more_powerful() -> None:
    town = towns.build()
    chief, (head, joined) = administrator(town), member(town, town.population)
    administrator(town)  # another, so that the chief is not the last
    deputy = administrator(town, town.population)
    theirs = give(town, joined, MANAGE, unit=town.population, depth=1)
    for grant in (theirs, Grant.objects.get(principal_id=chief.person).id):
        with pytest.raises(RefusedError):
            commands.revoke(grant_id=grant, actor=deputy)
    with pytest.raises(RefusedError) as refused:
        commands.suspend_member(membership=joined, actor=deputy)
    assert code(refused) == "more_powerful"
    commands.suspend_member(membership=joined, actor=SYSTEM)
    assert head.id


def test_administering_is_passed_on_with_a_depth_only() -> None:
    town = towns.build()
    chief, flat = administrator(town, depth=1), administrator(town)
    with pytest.raises(RefusedError) as refused:
        give(town, someone(), MANAGE, actor=flat, unit=town.desk)
    assert code(refused) == "wider_than_yours"
    made = give(town, someone(), MANAGE, actor=chief, unit=town.desk)
    assert Grant.objects.get(id=made).parent_id == Grant.objects.get(principal_id=chief.person).id


def test_rights_a_sensitive_right_waits_for_a_second_administrator() -> None:
    town = towns.build()
    giver, second, signer = administrator(town), administrator(town), someone()
    grant = give(town, signer, SIGN, actor=giver)
    assert not may(signer, town, SIGN)
    for actor, why in ((giver, "same_pair_of_eyes"), (someone(), "forbidden"), (signer, "own_rights")):
        with pytest.raises(DomainError) as refused:
            commands.approve(grant_id=grant, actor=actor)
        assert code(refused) == why
    commands.approve(grant_id=grant, actor=second)
    assert may(signer, town, SIGN)
    assert [one for one in actions() if one.startswith("grant.")][-2:] == ["grant.proposed", "grant.approved"]
    with pytest.raises(ConflictError):
        commands.approve(grant_id=grant, actor=second)


def test_the_holder_does_not_approve_their_own() -> None:
    town = towns.build()
    giver, second = administrator(town), administrator(town)
    grant = give(town, second, SIGN, actor=giver)
    with pytest.raises(DomainError) as refused:
        commands.approve(grant_id=grant, actor=second)
    assert code(refused) == "own_rights"


def test_a_sensitive_right_goes_to_someone_by_name() -> None:
    town = towns.build()
    with pytest.raises(DomainError) as refused:
        give(town, town.desk, SIGN)
    assert code(refused) == "sensitive_needs_a_name"
    SensitiveRight.objects.create(organisation=town.organisation, action=READ)
    agent = someone()
    give(town, agent, actor=administrator(town))
    assert not may(agent, town), "an organisation makes any right sensitive"


def test_two_rights_that_a_town_separates_are_not_joined() -> None:
    town = towns.build()
    SeparationRule.objects.create(organisation=town.organisation, kind=SeparationKind.PERSON, first=MANAGE, second=READ)
    head, (agent, _) = administrator(town), member(town, town.desk)
    with pytest.raises(ConflictError, match="sépare"):
        give(town, head)
    with pytest.raises(ConflictError, match="sépare"):
        give(town, someone(), READ, MANAGE)
    give(town, agent)
    with pytest.raises(ConflictError):
        give(town, agent, MANAGE)


def test_a_right_ends_within_a_year() -> None:
    town = towns.build()
    usual = Grant.objects.get(id=give(town, someone()))
    assert usual.valid_to
    assert timedelta(days=364) < usual.valid_to - now() <= timedelta(days=365)
    for days, why in ((400, "too_long"), (-1, "already_over")):
        with pytest.raises(DomainError) as refused:
            give(town, someone(), valid_to=now() + timedelta(days=days))
        assert code(refused) == why
    program = Actor("client", new_id())
    assert Grant.objects.get(id=give(town, program)).valid_to is None, "as long as its key"
    ended = Grant.objects.get(id=give(town, program, actor=administrator(town)))
    assert ended.valid_to is not None
    with pytest.raises(DomainError) as refused:
        give(town, program, minima=(1, 0, 0))
    assert code(refused) == "program_has_no_session"


def test_a_grant_to_nobody_of_this_place_is_refused() -> None:
    town, other = towns.build(), towns.build("Autre", branch="b")
    _, joined = member(other)
    for to in (joined, other.desk, new_id()):
        with pytest.raises(AbsentError):
            give(town, to)
    with pytest.raises(AbsentError):
        give(town, someone(), unit=other.desk)
    for write in (commands.approve, commands.renew, commands.revoke):
        with pytest.raises(AbsentError):
            write(grant_id=new_id(), actor=SYSTEM)


PLACES = ("", "population", "desk", "roads")
CONDITIONS: tuple[conditions.Condition, ...] = (
    {},
    {"amount": {"at_most": 5}},
    {"amount": {"at_most": 3}},
    {"year": {"between": [1, 2]}},
)
drawn = st.fixed_dictionaries(
    {
        "place": st.sampled_from(PLACES),
        "process": st.sampled_from([EVERY_PROCESS, "X", "Y"]),
        "actions": st.sets(st.sampled_from([READ, Action.CASE_PROCESS, MANAGE]), min_size=1),
        "condition": st.sampled_from(CONDITIONS),
        "depth": st.integers(0, 2),
        "minima": st.tuples(st.integers(0, 2), st.integers(0, 1), st.integers(0, 1)),
        "days": st.integers(10, 300),
    }
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(drawn, drawn)
def test_what_is_passed_on_lies_within_what_one_has_on_every_dimension(mine: Any, wanted: Any) -> None:
    town = _town()
    places = {"": None, "population": town.population, "desk": town.desk, "roads": town.roads}
    giver, taker = someone((3, 3, 2)), someone()

    def values(one: Any) -> dict[str, Any]:
        more = {name: one[name] for name in ("process", "condition", "depth", "minima")}
        return more | {"unit": places[one["place"]], "valid_to": now() + timedelta(days=one["days"])}

    parent = Grant.objects.get(id=give(town, giver, *mine["actions"], **values(mine | {"minima": (0, 0, 0)})))
    Grant.objects.filter(id=parent.id).update(min_identity=mine["minima"][0], min_authn=mine["minima"][1])
    try:
        child = Grant.objects.get(id=give(town, taker, *wanted["actions"], actor=giver, **values(wanted)))
    except DomainError:
        return
    area = authority.area_of(child.unit_id, town.id)
    assert area.startswith(authority.area_of(parent.unit_id, town.id))
    assert parent.process_code in (EVERY_PROCESS, child.process_code)
    assert conditions.is_within(child.condition, parent.condition)
    if child.parent_id is None:  # by office
        assert MANAGE in parent.actions
        assert MANAGE not in child.actions
        return
    reach = {*parent.actions, *(authority.OFFICE if MANAGE in parent.actions else ())}
    assert child.parent_id == parent.id
    assert set(child.actions) <= reach
    assert child.depth < parent.depth
    assert child.valid_to
    assert parent.valid_to
    assert child.valid_to <= parent.valid_to
    assert child.min_identity >= mine["minima"][0]
    assert child.min_authn >= mine["minima"][1]


def _town() -> towns.Town:
    from parvis.directory.models import Organisation, Unit  # noqa: PLC0415

    organisation = Organisation.objects.first()
    if organisation is None:
        return towns.build()
    units = {unit.name: unit for unit in Unit.objects.all()}
    return towns.Town(organisation, units["Mairie"], units["Population"], units["État civil"], units["Voirie"])
