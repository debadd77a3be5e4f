from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from parvis.access import commands, queries
from parvis.access.enums import EVERY_PROCESS, Action
from parvis.access.models import Grant
from parvis.core.actor import ANONYMOUS, SYSTEM, Actor
from parvis.core.clock import now
from parvis.core.errors import AbsentError, DomainError, RefusedError
from parvis.core.ids import new_id
from parvis.exchange.models import Case
from tests.support import world
from tests.support.ledger import actions

pytestmark = pytest.mark.django_db


def someone() -> Actor:
    return Actor("account", new_id())


def may(actor: Actor, here: world.World, action: Action = Action.CASE_READ, process: str = "X") -> bool:
    return queries.may(actor, action, organisation=here.rennes.id, process=process).allowed


def test_nobody_may_anything_by_default() -> None:
    here = world.build()
    assert not any(may(actor, here, action) for actor in (ANONYMOUS, someone()) for action in Action)
    assert may(SYSTEM, here)


def test_a_grant_opens_its_organisation_process_and_action_only() -> None:
    here = world.build()
    agent = someone()
    grant = commands.grant(to=agent, organisation=here.rennes.id, process="X", actions=[Action.CASE_READ], actor=SYSTEM)
    decision = queries.may(agent, Action.CASE_READ, organisation=here.rennes.id, process="X")
    assert (decision.allowed, decision.grants) == (True, (grant,))
    assert not may(agent, here, process="Y")
    assert not may(agent, here, Action.CASE_PROCESS)
    assert not queries.may(agent, Action.CASE_READ, organisation=here.nice.id, process="X").allowed
    assert not may(Actor("client", agent.id), here), "a program does not inherit a person's rights"


def test_a_grant_has_an_end() -> None:
    here = world.build()
    agent = someone()
    commands.grant(
        to=agent,
        organisation=here.rennes.id,
        actions=[Action.CASE_READ],
        valid_to=now() + timedelta(hours=1),
        actor=SYSTEM,
    )
    assert may(agent, here)
    Grant.objects.filter(principal_id=agent.person).update(
        valid_from=now() - timedelta(days=2), valid_to=now() - timedelta(days=1)
    )
    assert not may(agent, here)


def test_revoking_acts_at_once_and_twice_is_once() -> None:
    here = world.build()
    agent = someone()
    grant = commands.grant(to=agent, organisation=here.rennes.id, actions=[Action.CASE_READ], actor=SYSTEM)
    for _ in range(2):
        commands.revoke(grant_id=grant, actor=SYSTEM)
    assert not may(agent, here)
    assert actions().count("grant.revoked") == 1
    with pytest.raises(AbsentError):
        commands.revoke(grant_id=new_id(), actor=SYSTEM)


def test_a_closed_organisation_opens_nothing() -> None:
    here = world.build()
    here.rennes.state = "closed"
    here.rennes.save()
    assert not may(here.as_agent, here)


def test_rights_only_an_administrator_grants_and_revokes() -> None:
    here = world.build()
    with pytest.raises(RefusedError):
        commands.grant(to=someone(), organisation=here.rennes.id, actions=[Action.CASE_READ], actor=here.as_agent)
    given = commands.grant(to=someone(), organisation=here.rennes.id, actions=[Action.CASE_READ], actor=SYSTEM)
    with pytest.raises(RefusedError):
        commands.revoke(grant_id=given, actor=here.as_agent)
    administrator = someone()
    world.allow(administrator, here.rennes.id, (Action.MEMBERS_MANAGE,))
    commands.revoke(grant_id=given, actor=administrator)
    with pytest.raises(RefusedError):
        commands.grant(to=someone(), organisation=here.nice.id, actions=[Action.CASE_READ], actor=administrator)


def test_rights_nobody_gives_rights_to_themselves() -> None:
    here = world.build()
    administrator = someone()
    world.allow(administrator, here.rennes.id, (Action.MEMBERS_MANAGE,))
    with pytest.raises(DomainError) as refused:
        commands.grant(to=administrator, organisation=here.rennes.id, actions=[Action.CASE_READ], actor=administrator)
    assert refused.value.code == "self_grant"


@pytest.mark.parametrize("to", [ANONYMOUS, SYSTEM])
def test_a_grant_needs_a_holder_and_an_action(to: Actor) -> None:
    here = world.build()
    with pytest.raises(DomainError):
        commands.grant(to=to, organisation=here.rennes.id, actions=[Action.CASE_READ], actor=SYSTEM)
    with pytest.raises(DomainError):
        commands.grant(to=someone(), organisation=here.rennes.id, actions=[], actor=SYSTEM)


codes = st.sampled_from(["recensementCitoyen", "EtatCivil", EVERY_PROCESS])
held = st.lists(st.tuples(st.booleans(), codes, st.sampled_from(list(Action))), max_size=5)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(held)
def test_a_list_shows_exactly_what_may_says(grants: list[tuple[bool, str, Action]]) -> None:
    Grant.objects.all().delete()
    here = _world()
    agent = someone()
    for in_rennes, process, action in grants:
        world.allow(agent, (here.rennes if in_rennes else here.nice).id, (action,), process=process)
    rule = queries.scope(agent, Action.CASE_READ, organisation="recipient_id", process="process_id")
    listed = set(Case.objects.filter(rule).values_list("id", flat=True))
    allowed = {
        case.id
        for case in Case.objects.all()
        if queries.may(agent, Action.CASE_READ, organisation=case.recipient_id, process=case.process_id).allowed
    }
    assert listed == allowed


def _world() -> world.World:
    from parvis.directory.models import Organisation  # noqa: PLC0415
    from parvis.exchange.models import Folder  # noqa: PLC0415

    if Organisation.objects.exists():
        rennes, nice = (Organisation.objects.get(branch_code=code) for code in ("35238", "06088"))
        operator = Organisation.objects.get(kind="operator")
        return world.World(operator, rennes, nice, *[None] * 3)  # type: ignore[arg-type]
    here = world.build()
    for process in ("recensementCitoyen", "EtatCivil"):
        folder = Folder.objects.create(external_id=process, process_id=process, depositor=here.operator)
        for number, town in enumerate((here.rennes, here.nice)):
            Case.objects.create(folder=folder, recipient=town, process_id=process, external_id=str(number))
    return here
