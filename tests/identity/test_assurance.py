import pytest

from parvis.core.actor import SYSTEM
from parvis.identity import commands, queries
from parvis.identity.assurance import Axes, Need, missing
from parvis.ledger.models import Entry


@pytest.mark.parametrize(
    ("axes", "need", "age", "lacking"),
    [
        (Axes(), Need(), None, {}),
        (Axes(0, 1), Need(authentication=2), 0, {"authentication": 2}),
        (Axes(0, 2), Need(authentication=2), None, {}),
        (Axes(1, 1), Need(identity=2, organisation=1), 0, {"identity": 2, "organisation": 1}),
        (Axes(3, 3, 2), Need(max_age=60), 60, {}),
        (Axes(3, 3, 2), Need(max_age=60), 61, {"max_age": 60}),
        (Axes(3, 3, 2), Need(max_age=60), None, {"max_age": 60}),
    ],
)
def test_a_session_is_told_what_it_lacks_and_no_more(
    axes: Axes, need: Need, age: float | None, lacking: dict[str, int]
) -> None:
    assert missing(axes, need, age) == lacking


@pytest.mark.parametrize("first", [Need(1, 2, 0, 900), Need(0, 3, 2, 0)])
def test_two_needs_together_ask_at_least_each(first: Need) -> None:
    other = Need(2, 1, 1, 60)
    both = first.and_also(other)
    assert both == other.and_also(first)
    assert both.max_age == 60
    assert both.authentication == max(first.authentication, 1)


@pytest.mark.django_db
def test_a_policy_takes_the_place_of_the_default_and_is_journaled() -> None:
    assert queries.need_of("members:manage") == Need(authentication=2)
    commands.set_assurance(action="members:manage", service="*", need=Need(authentication=3), actor=SYSTEM)
    assert queries.need_of("members:manage") == Need(authentication=3)
    assert Entry.objects.get(action="assurance.set").subject == "policy:*:members:manage"


@pytest.mark.django_db
def test_a_service_is_never_weaker_than_every_service() -> None:
    commands.set_assurance(action="request:submit", service="*", need=Need(identity=1, max_age=600), actor=SYSTEM)
    commands.set_assurance(action="request:submit", service="vote", need=Need(identity=0, max_age=60), actor=SYSTEM)
    assert queries.need_of("request:submit", "vote") == Need(identity=1, max_age=60)
    assert queries.need_of("request:submit", "recensement-citoyen") == Need(identity=1, max_age=600)


@pytest.mark.django_db
def test_a_census_asks_no_proof_of_identity() -> None:
    assert queries.need_of("request:submit", "recensement-citoyen") == Need()
