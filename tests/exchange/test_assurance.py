"""What needs more than a password: every administering page, and the sending of a request where the policy says so."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from parvis.access.enums import Action
from parvis.core.actor import SYSTEM, Actor
from parvis.exchange.models import Subscription
from parvis.identity import commands as identity
from parvis.identity.assurance import Need
from parvis.identity.models import MachineClient
from parvis.teleservices.enums import RequestState
from tests.support import deposits, world

pytestmark = pytest.mark.django_db
MORE = "/connexion/renforcer/"


def _signed_in(email: str) -> Client:
    client = Client()
    client.post(reverse("account_login"), {"login": email, "password": "un-mot-de-passe-long"})
    assert "_auth_user_id" in client.session
    return client


@pytest.fixture
def here(settings: Any) -> world.World:
    settings.ASSURANCE_ENFORCED = True
    return world.build()


@pytest.fixture
def operator(here: world.World) -> Client:
    person = identity.register_account(email="op@exemple.example", password="un-mot-de-passe-long", actor=SYSTEM)
    both = (Action.PLATFORM_ADMINISTER, Action.MEMBERS_MANAGE)
    world.allow(Actor("account", person.id), here.operator.id, both)
    world.allow(Actor("account", person.id), here.rennes.id, both)
    return _signed_in("op@exemple.example")


def test_the_operators_console_asks_for_two_factors(here: world.World, operator: Client) -> None:
    key = identity.register_client(name="Logiciel", scopes=["SI"], actor=SYSTEM).client
    pages = [
        reverse("board"),
        reverse("board_csv"),
        reverse("keys"),
        reverse("key", args=[key]),
        reverse("thresholds", args=[world.PROCESS]),
    ]
    assert {operator.get(page).get("Location") for page in pages} == {MORE}
    for page in pages[2:]:
        assert operator.post(page, {"geste": "revoquer"})["Location"] == MORE
    assert MachineClient.objects.get().revoked_at is None


@pytest.mark.parametrize("gesture", ["validate", "refuse", "activate", "suspend"])
def test_gestures_on_subscriptions_ask_for_two_factors(here: world.World, operator: Client, gesture: str) -> None:
    row = Subscription.objects.get(subscriber=here.rennes)
    place = reverse("subscription", args=[row.id])
    assert operator.get(place).status_code == 200
    assert operator.post(place, {"gesture": gesture})["Location"] == MORE


def test_asking_for_a_subscription_asks_for_two_factors(here: world.World, operator: Client) -> None:
    assert operator.get(reverse("subscription_new")).status_code == 200
    assert operator.post(reverse("subscription_new"), {})["Location"] == MORE


def test_an_agent_reads_with_a_password(here: world.World) -> None:
    agent = _signed_in("agent.rennes@exemple.example")
    assert agent.get(reverse("board")).status_code == 200
    assert agent.get("/suivi/").status_code == 200


def test_a_census_is_sent_with_a_password_unless_the_operator_asks_for_more(here: world.World) -> None:
    draft = deposits.draft(here)
    citizen = _signed_in("camille@exemple.example")
    sending = reverse("request_summary", args=[draft.id])
    identity.set_assurance(action="request:submit", service="recensement-citoyen", need=Need(identity=1), actor=SYSTEM)
    assert citizen.post(sending, {"declaration": "on"})["Location"] == MORE
    draft.refresh_from_db()
    assert draft.state != RequestState.SUBMITTED
    identity.set_assurance(action="request:submit", service="recensement-citoyen", need=Need(), actor=SYSTEM)
    assert "envoyee=1" in citizen.get(citizen.get("/connexion/reprendre/")["Location"])["Location"]
    draft.refresh_from_db()
    assert draft.state == RequestState.SUBMITTED


def test_it_is_asked_in_production_and_off_in_the_demo_only() -> None:
    from parvis.web.settings import base, demo  # noqa: PLC0415 - modules of settings, not the settings in force

    assert base.ASSURANCE_ENFORCED
    assert not demo.ASSURANCE_ENFORCED
