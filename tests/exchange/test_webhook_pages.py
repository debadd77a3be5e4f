"""Each try of each message is seen by whom it concerns, and the operator; and sent again from the page."""

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from parvis.access.enums import Action
from parvis.core.actor import Actor
from parvis.core.ids import new_id
from parvis.exchange.enums import WebhookState
from parvis.exchange.models import WebhookAttempt, WebhookDelivery, WebhookEndpoint
from parvis.identity.models import Account
from tests.support import world
from tests.support.ledger import actions

pytestmark = pytest.mark.django_db


def abandoned(here: world.World) -> WebhookDelivery:
    endpoint = WebhookEndpoint.objects.create(organisation=here.rennes, url="https://logiciel.example/hook", secret="s")
    row = WebhookDelivery.objects.create(
        endpoint=endpoint, notification_id=new_id(), payload="{}", state=WebhookState.ABANDONED, attempts=2
    )
    WebhookAttempt.objects.create(delivery=row, status=503, milliseconds=120)
    WebhookAttempt.objects.create(delivery=row, error="connexion refusée", milliseconds=3)
    return row


def signed(account: Account) -> Client:
    client = Client()
    client.force_login(account)
    return client


def operator(here: world.World) -> Client:
    person = Account.objects.create_user("operatrice@exemple.example", "un-mot-de-passe-long")
    world.allow(Actor("account", person.id), here.operator.id, (Action.PLATFORM_ADMINISTER,))
    return signed(person)


def jobs() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'exchange.send_webhook'")
        return int(cursor.fetchone()[0])


def test_every_try_is_shown_and_the_message_is_sent_again() -> None:
    here = world.build()
    row = abandoned(here)
    for client in (signed(here.agent), operator(here)):
        WebhookDelivery.objects.update(state=WebhookState.ABANDONED)
        before = jobs()
        said = client.get(reverse("webhooks") + "?etat=abandoned").content.decode()
        assert "https://logiciel.example/hook" in said
        page = client.get(reverse("webhook", args=[row.id])).content.decode()
        assert "Réponse HTTP 503" in page
        assert "Sans réponse : connexion refusée" in page
        assert client.post(reverse("webhook", args=[row.id])).status_code == 302
        row.refresh_from_db()
        assert (row.state, jobs()) == (WebhookState.WAITING, before + 1)
        assert actions()[-1] == "webhook.replayed"


def test_rights_another_organisation_sees_and_sends_nothing() -> None:
    here = world.build()
    row = abandoned(here)
    for account in (here.foreign_agent, here.citizen):
        client = signed(account)
        assert "logiciel.example" not in client.get(reverse("webhooks")).content.decode()
        assert client.get(reverse("webhook", args=[row.id])).status_code == 404
        assert client.post(reverse("webhook", args=[row.id])).status_code == 404
    row.refresh_from_db()
    assert row.state == WebhookState.ABANDONED


def test_the_list_costs_the_same_whatever_its_length(django_assert_max_num_queries: object) -> None:
    here = world.build()
    endpoint = abandoned(here).endpoint
    client = signed(here.agent)
    for _ in range(20):
        WebhookDelivery.objects.create(endpoint=endpoint, notification_id=new_id(), payload="{}")
    client.get(reverse("webhooks"))  # the first page of a session writes down where it was opened
    with django_assert_max_num_queries(14):  # type: ignore[operator]
        assert client.get(reverse("webhooks")).status_code == 200
