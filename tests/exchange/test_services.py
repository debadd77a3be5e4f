"""In a large city each service reaches its own cases, by every way in, and nobody else's."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from parvis.access import queries as access
from parvis.access.enums import Action
from parvis.access.models import Grant
from parvis.catalogue.enums import CaseStatus
from parvis.core.actor import SYSTEM, Actor
from parvis.core.errors import AbsentError, DomainError, RefusedError
from parvis.core.ids import new_id
from parvis.directory import commands as directory
from parvis.directory.enums import UnitKind
from parvis.directory.models import Unit
from parvis.exchange import commands, queries
from parvis.exchange.models import Case, Notification, Subscription
from parvis.ledger.models import Entry
from tests.support import world
from tests.support.deposits import deposited
from tests.support.world import World

pytestmark = pytest.mark.django_db


class City:
    """A city hall with a direction of two services, and an agent in each."""

    def __init__(self) -> None:
        self.here: World = world.build()
        root = Unit.objects.get(organisation=self.here.rennes, parent=None)
        self.population = self.unit(root, "Direction de la population", UnitKind.DIRECTION)
        self.census, self.civil = (
            self.unit(self.population, name, UnitKind.SERVICE) for name in ("Recensement", "État civil")
        )
        self.census_agent, self.civil_agent, self.director = (
            self._agent(unit) for unit in (self.census, self.civil, self.population)
        )
        self.manager = Actor("account", new_id(), label="Secrétariat")
        world.allow(self.manager, self.here.rennes.id, (Action.MEMBERS_MANAGE,))
        self.subscription = Subscription.objects.get(subscriber=self.here.rennes)

    def unit(self, parent: Unit, name: str, kind: UnitKind) -> Unit:
        return directory.add_unit(parent=parent.id, name=name, kind=kind, actor=SYSTEM)

    def _agent(self, unit: Unit) -> Actor:
        actor = Actor("account", new_id(), label=unit.name)
        grant = world.allow(actor, self.here.rennes.id, world.AGENT_ACTIONS)
        Grant.objects.filter(id=grant).update(unit=unit)
        return actor

    def entrust(self, unit: Unit | None) -> int:
        return self.entrust_as(self.manager, unit)

    def entrust_as(self, actor: Actor, unit: Unit | None) -> int:
        return commands.entrust_process(
            subscription_id=self.subscription.id, unit=unit.id if unit else None, actor=actor
        )


@pytest.fixture
def city() -> City:
    return City()


def reached(case: Case, actor: Actor) -> set[str]:
    """By which ways someone reaches a case."""
    ways = {
        "list": queries.inbox(actor).filter(id=case.id).exists(),
        "count": queries.count_cases(actor).total > 0,
        "board": bool(queries.board(actor)),
        "notifications": bool(queries.notifications(actor)),
        "acknowledge": Notification.objects.filter(queries.announced_to(actor)).exists(),
    }
    gestures: dict[str, Callable[[], Any]] = {
        "read": lambda: commands.read_case(case_id=case.id, actor=actor),
        "download": lambda: commands.deliver_attachment(attachment_id=case.attachments.all()[0].id, actor=actor),
        "note": lambda: commands.move_case(
            case_id=case.id, answer=commands.CaseAnswer("", "", "note", actor.label, []), actor=actor
        ),
    }
    for name, command in gestures.items():
        try:
            command()
            ways[name] = True
        except (AbsentError, RefusedError):
            ways[name] = False
    return {name for name, open_ in ways.items() if open_}


EVERY_WAY = {"list", "count", "board", "notifications", "acknowledge", "read", "download", "note"}


def test_a_case_is_born_in_the_service_that_receives_its_process(city: City) -> None:
    city.entrust(city.census)
    case, _ = deposited(city.here)
    assert case.unit_id == city.census.id
    assert reached(case, city.census_agent) == EVERY_WAY
    assert reached(case, city.director) == EVERY_WAY, "a direction reaches what its services have"
    assert reached(case, city.here.as_agent) == EVERY_WAY, "a right on the whole organisation is not narrowed"
    assert reached(case, city.civil_agent) == set()
    assert reached(case, city.here.as_foreign_agent) == set()


def test_without_a_service_only_the_whole_organisation_reaches_it(city: City) -> None:
    case, _ = deposited(city.here)
    assert case.unit_id is None
    assert reached(case, city.census_agent) == set()
    assert reached(case, city.here.as_agent) == EVERY_WAY


def test_open_cases_follow_the_process_and_those_given_by_hand_stay(city: City) -> None:
    first, _ = deposited(city.here)
    second, _ = deposited(city.here)
    settled, _ = deposited(city.here)
    Case.objects.filter(id=settled.id).update(status=CaseStatus.DONE)
    commands.entrust_case(case_id=second.id, unit=city.civil.id, actor=city.here.as_agent)
    assert city.entrust(city.census) == 1
    assert city.entrust(city.census) == 0
    places = dict(Case.objects.values_list("id", "unit_id"))
    assert places == {first.id: city.census.id, second.id: city.civil.id, settled.id: None}
    entry = Entry.objects.get(action="subscription.entrusted")
    assert entry.facts == {"from": "", "to": str(city.census.id), "cases": 1}
    assert city.entrust(None) == 1


def test_a_case_is_handed_over_and_leaves_who_had_it(city: City) -> None:
    city.entrust(city.census)
    case, _ = deposited(city.here)
    commands.entrust_case(case_id=case.id, unit=city.civil.id, actor=city.census_agent)
    assert reached(case, city.census_agent) == set()
    assert reached(case, city.civil_agent) == EVERY_WAY
    assert Entry.objects.filter(action="case.entrusted", subject=f"case:{case.id}").count() == 1


def test_rights_only_who_has_a_case_in_hand_hands_it_over(city: City) -> None:
    city.entrust(city.census)
    case, _ = deposited(city.here)
    for stranger in (city.civil_agent, city.here.as_foreign_agent, city.manager):
        with pytest.raises(AbsentError):
            commands.entrust_case(case_id=case.id, unit=city.civil.id, actor=stranger)
    reader = Actor("account", new_id())
    world.allow(reader, city.here.rennes.id, (Action.CASE_READ,))
    with pytest.raises(RefusedError):
        commands.entrust_case(case_id=case.id, unit=city.civil.id, actor=reader)
    assert Case.objects.get(id=case.id).unit_id == city.census.id


def test_rights_only_who_administers_the_organisation_entrusts_a_process(city: City) -> None:
    for stranger in (city.here.as_agent, city.here.as_foreign_agent, city.census_agent):
        with pytest.raises(RefusedError):
            commands.entrust_process(subscription_id=city.subscription.id, unit=city.census.id, actor=stranger)
    assert Subscription.objects.get(id=city.subscription.id).unit_id is None


def test_a_service_is_one_of_the_organisation_and_exists_today(city: City) -> None:
    case, _ = deposited(city.here)
    foreign = Unit.objects.get(organisation=city.here.nice, parent=None)
    ended = city.unit(city.population, "Ancien service", UnitKind.SERVICE)
    Unit.objects.filter(id=ended.id).update(valid_from="2020-01-01", valid_to="2021-01-01")
    for wrong in (foreign.id, ended.id, new_id()):
        with pytest.raises(DomainError) as refusal:
            commands.entrust_case(case_id=case.id, unit=wrong, actor=city.here.as_agent)
        assert refusal.value.code == "unknown_unit"
        with pytest.raises(DomainError):
            commands.entrust_process(subscription_id=city.subscription.id, unit=wrong, actor=city.manager)


def test_the_root_is_the_organisation_itself(city: City) -> None:
    city.entrust(city.census)
    case, _ = deposited(city.here)
    root = Unit.objects.get(organisation=city.here.rennes, parent=None)
    commands.entrust_case(case_id=case.id, unit=root.id, actor=city.census_agent)
    assert Case.objects.get(id=case.id).unit_id is None


def test_the_database_keeps_a_service_within_its_organisation(city: City) -> None:
    case, _ = deposited(city.here)
    foreign = Unit.objects.get(organisation=city.here.nice, parent=None)
    for rows in (Case.objects.filter(id=case.id), Subscription.objects.filter(id=city.subscription.id)):
        with transaction.atomic():
            kept = transaction.savepoint()
            rows.update(unit=foreign)
            with pytest.raises(IntegrityError):
                connection.check_constraints()
            transaction.savepoint_rollback(kept)


def test_a_merged_communes_cases_leave_its_services(city: City) -> None:
    city.entrust(city.census)
    case, _ = deposited(city.here)
    towns = ("21350238800019", "35238"), ("21060088800015", "06088")
    commands.migrate_cases(source=towns[0], target=towns[1], actor=SYSTEM)
    case.refresh_from_db()
    assert (case.recipient_id, case.unit_id) == (city.here.nice.id, None)


def test_a_subscription_read_by_its_service_alone_is_no_problem(city: City) -> None:
    Grant.objects.exclude(unit__in=(city.census, city.civil)).delete()
    city.entrust_as(SYSTEM, city.civil)
    Grant.objects.filter(unit=city.civil).delete()
    assert len(unread(city)) == 1, "the service that reads is not the one that receives"
    city.entrust_as(SYSTEM, city.census)
    assert unread(city) == []


def unread(city: City) -> list[queries.Problem]:
    return [one for one in queries.problems(SYSTEM) if one.organisation == city.here.rennes.id]


def test_a_list_shows_exactly_what_a_decision_allows(city: City) -> None:
    cases = [deposited(city.here)[0] for _ in range(3)]
    units = [None, city.population, city.census, city.civil]
    actors = [city.census_agent, city.civil_agent, city.director, city.here.as_agent, city.here.as_foreign_agent]

    @settings(max_examples=15, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(st.lists(st.sampled_from(units), min_size=3, max_size=3))
    def same(places: list[Unit | None]) -> None:
        for case, unit in zip(cases, places, strict=True):
            Case.objects.filter(id=case.id).update(unit=unit)
        for actor in actors:
            listed = set(queries.inbox(actor).values_list("id", flat=True))
            rows = Case.objects.filter(id__in=[case.id for case in cases])
            assert listed == {
                case.id for case in rows if queries.may_as_recipient(actor, Action.CASE_READ, case).allowed
            }

    same()


def signed_in(actor_account: Any) -> Client:
    browser = Client()
    browser.force_login(actor_account)
    return browser


def test_an_agent_hands_a_case_over_on_its_page(city: City) -> None:
    case, _ = deposited(city.here)
    browser = signed_in(city.here.agent)
    page = browser.get(reverse("desk_case", args=[case.id])).content.decode()
    assert "Confier à un autre service" in page
    assert "Recensement" in page
    answer = browser.post(reverse("desk_entrust", args=[case.id]), {"unit": str(city.census.id)})
    assert answer.status_code == 302
    assert Case.objects.get(id=case.id).unit_id == city.census.id
    assert "Recensement" in browser.get(reverse("desk_case", args=[case.id])).content.decode()
    answer = browser.post(reverse("desk_entrust", args=[case.id]), {"unit": "autre chose"}, follow=True)
    assert "n’existe pas" in answer.content.decode()


def test_who_loses_sight_of_a_case_comes_back_to_the_list(city: City) -> None:
    city.entrust(city.census)
    case, _ = deposited(city.here)
    grant = Grant.objects.get(principal_id=city.here.agent.id)
    Grant.objects.filter(id=grant.id).update(unit=city.census)
    browser = signed_in(city.here.agent)
    answer = browser.post(reverse("desk_entrust", args=[case.id]), {"unit": str(city.civil.id)}, follow=True)
    assert answer.redirect_chain[-1][0] == reverse("desk")
    assert "État civil" in answer.content.decode()
    assert browser.get(reverse("desk_case", args=[case.id])).status_code == 404


def test_an_administrator_chooses_the_service_of_a_subscription(city: City) -> None:
    world.allow(city.here.as_agent, city.here.rennes.id, (Action.MEMBERS_MANAGE,))
    browser = signed_in(city.here.agent)
    address = reverse("subscription", args=[city.subscription.id])
    page = browser.get(address).content.decode()
    assert "Service qui traite ces dossiers" in page
    browser.post(address, {"gesture": "entrust", "unit": str(city.civil.id)})
    assert Subscription.objects.get(id=city.subscription.id).unit_id == city.civil.id


def test_a_small_town_is_asked_nothing(city: City) -> None:
    case, _ = deposited(city.here)
    Unit.objects.filter(organisation=city.here.rennes).exclude(parent=None).update(
        valid_from="2020-01-01", valid_to="2021-01-01"
    )
    page = signed_in(city.here.agent).get(reverse("desk_case", args=[case.id])).content.decode()
    assert "Confier à un autre service" not in page


def test_may_and_perimeter_agree_for_programs(city: City) -> None:
    """A program of one service fetches that service's cases only."""
    city.entrust(city.census)
    case, _ = deposited(city.here)
    program = Actor("client", new_id(), label="Logiciel du recensement")
    grant = world.allow(program, city.here.rennes.id, world.AGENT_ACTIONS)
    Grant.objects.filter(id=grant).update(unit=city.census)
    assert [row.case_id for row in queries.notifications(program)] == [case.id]
    assert access.perimeter(program, Action.CASE_READ) == []
    commands.entrust_case(case_id=case.id, unit=city.civil.id, actor=SYSTEM)
    assert queries.notifications(program) == []
