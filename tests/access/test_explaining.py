"""Why can this person see this, and who can see this?"""

from datetime import timedelta
from typing import Any

import pytest

from parvis.access import commands, queries
from parvis.access.enums import Action
from parvis.access.models import Grant
from parvis.access.queries import Thing
from parvis.core.actor import SYSTEM, Actor
from parvis.core.clock import now
from parvis.core.ids import new_id
from parvis.directory.models import Membership
from tests.access import town as towns
from tests.access.town import READ, Town, give, member, someone

pytestmark = pytest.mark.django_db


def thing(town: Town, **more: object) -> Thing:
    return Thing(town.id, "X", **more)  # type: ignore[arg-type]


def test_why_tells_the_grant_and_those_it_hangs_from() -> None:
    town = towns.build()
    first, second = someone(), someone()
    top = give(town, first, depth=1)
    below = give(town, second, actor=first)
    said = queries.why(second, READ, thing(town))
    assert said.decision.allowed
    assert [[row.id for row in way] for way in said.ways] == [[top, below]]
    assert said.misses == ()


def test_why_not_tells_what_nearly_opens_it() -> None:
    town = towns.build()
    agent, joined = member(town, town.desk)
    because = {
        give(town, agent, process="Y"): "other_process",
        give(town, joined, unit=town.roads): "outside",
        give(town, town.population, READ, condition={"amount": {"at_most": 1}}): "condition",
    }
    closed: dict[str, dict[str, Any]] = {
        "over": {"valid_from": now() - timedelta(days=9), "valid_to": now() - timedelta(days=1)},
        "not_yet": {"valid_from": now() + timedelta(days=1)},
        "pending": {"pending": True},
        "suspended": {"suspended_at": now()},
        "revoked": {"revoked_at": now()},
        "parent_over": {"effective_to": now() - timedelta(days=1)},
    }
    for code, change in closed.items():
        grant = give(town, agent)
        Grant.objects.filter(id=grant).update(**change)
        because[grant] = code
    said = queries.why(agent, READ, thing(town))
    assert not said.decision.allowed
    assert {miss.grant.id: miss.because for miss in said.misses} == {one: (code,) for one, code in because.items()}
    give(town, joined)
    assert queries.why(agent, READ, thing(town)).decision.allowed
    Membership.objects.filter(id=joined).update(state="suspended")
    last = queries.why(agent, READ, thing(town)).misses[0]
    assert (last.grant.principal_id, last.because) == (joined, ("holder",))


def test_who_is_everyone_for_whom_the_answer_is_yes() -> None:
    town = towns.build()
    (by_name, _), (by_post, post), (by_unit, _), (_out, _) = (
        member(town, town.roads),
        member(town, town.roads),
        member(town, town.desk),
        member(town, town.roads),
    )
    program = Actor("client", new_id())
    give(town, by_name)
    give(town, post)
    give(town, town.population, READ)
    give(town, program)
    narrow = someone()
    give(town, narrow, unit=town.desk)
    found = {seer.id for seer in queries.who(READ, thing(town))}
    assert found == {by_name.id, by_post.id, by_unit.id, program.id}
    assert {seer.id for seer in queries.who(READ, thing(town, unit=town.desk.id))} == found | {narrow.id}
    assert queries.who(Action.CASE_PROCESS, thing(town)) == []
    commands.suspend_member(membership=post, actor=SYSTEM)
    assert by_post.id not in {seer.id for seer in queries.who(READ, thing(town))}
