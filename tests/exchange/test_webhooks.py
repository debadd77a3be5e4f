import base64
import hashlib
import hmac
import json
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any

import pytest
import time_machine
from django.db import connection

from parvis.access.enums import Action
from parvis.core.actor import Actor
from parvis.core.clock import now
from parvis.core.errors import AbsentError, DomainError, RefusedError
from parvis.core.ids import new_id
from parvis.exchange import commands, webhooks
from parvis.exchange.models import WebhookDelivery, WebhookEndpoint
from tests.support import world
from tests.support.deposits import deposited
from tests.support.jobs import run_jobs

pytestmark = pytest.mark.django_db


class Receiver:
    """A real HTTP server that answers what it is told to."""

    def __init__(self) -> None:
        self.got: list[tuple[dict[str, str], bytes]] = []
        self.status = 204
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.got.append(({k.lower(): v for k, v in self.headers.items()}, body))
                self.send_response(receiver.status)
                self.send_header("Location", "/elsewhere")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/hook?x=1"
        Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()


@pytest.fixture
def receiver(settings: Any) -> Iterator[Receiver]:
    settings.WEBHOOKS_ALLOW_PRIVATE = True
    running = Receiver()
    yield running
    running.server.shutdown()
    running.server.server_close()


def registered(here: world.World, url: str, process: str = "*") -> commands.NewEndpoint:
    return commands.add_endpoint(organisation=here.rennes.id, url=url, process=process, actor=here.as_agent)


def due() -> None:
    """Let time pass for planned jobs: they are all due now."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET scheduled_at = NULL WHERE status = 'todo'")


def test_what_is_new_is_told_signed_and_without_personal_data(receiver: Receiver) -> None:
    here = world.build()
    endpoint = registered(here, receiver.url)
    case, _ = deposited(here)
    headers, body = receiver.got[0]
    message = json.loads(body)
    assert (message["type"], message["data"]["case"]) == ("case.received", str(case.id))
    assert b"Martin" not in body
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    key = base64.b64decode(endpoint.secret.removeprefix("whsec_"))
    expected = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{expected}"
    assert WebhookDelivery.objects.get().state == "delivered"


@pytest.mark.parametrize("status", [500, 404, 302])
def test_a_failure_is_tried_again_for_more_than_a_day_then_given_up(receiver: Receiver, status: int) -> None:
    here = world.build()
    registered(here, receiver.url)
    receiver.status = status
    deposited(here)
    for _ in webhooks.PAUSES:
        due()
        run_jobs()
    delivery = WebhookDelivery.objects.get()
    assert len(receiver.got) == len(webhooks.PAUSES) + 1
    assert len({headers["webhook-id"] for headers, _ in receiver.got}) == 1, "a receiver can tell a repetition"
    assert (delivery.state, delivery.attempts) == ("abandoned", len(webhooks.PAUSES) + 1)
    assert [attempt.status for attempt in delivery.tries.all()] == [status] * delivery.attempts
    assert sum(webhooks.PAUSES, timedelta()) > timedelta(hours=24)


def test_the_next_try_waits_its_turn_and_succeeds(receiver: Receiver) -> None:
    here = world.build()
    registered(here, receiver.url)
    receiver.status = 503
    deposited(here)
    assert run_jobs() == [], "not before its time"
    receiver.status = 200
    with time_machine.travel(now() + timedelta(seconds=6)):
        due()
        run_jobs()
    assert WebhookDelivery.objects.get().state == "delivered"


def test_a_receiver_that_is_not_there_is_an_attempt_like_another(receiver: Receiver) -> None:
    here = world.build()
    receiver.server.shutdown()
    receiver.server.server_close()
    registered(here, receiver.url)
    deposited(here)
    attempt = WebhookDelivery.objects.get().tries.get()
    assert attempt.status is None
    assert "Refused" in attempt.error


def test_queueing_twice_tells_once(receiver: Receiver) -> None:
    here = world.build()
    registered(here, receiver.url)
    case, _ = deposited(here)
    from parvis.exchange import queries  # noqa: PLC0415

    commands.queue_webhooks(notifications=queries.notifications_of_folder(case.folder_id))
    run_jobs()
    assert len(receiver.got) == 1


def test_an_endpoint_hears_its_own_organisation_and_process_only(receiver: Receiver) -> None:
    here = world.build()
    commands.add_endpoint(organisation=here.nice.id, url=receiver.url, actor=here.as_foreign_agent)
    registered(here, receiver.url, process="EtatCivil")
    deposited(here)
    assert receiver.got == []


def test_rights_endpoints_belong_to_who_may_read(receiver: Receiver) -> None:
    here = world.build()
    with pytest.raises(RefusedError):
        commands.add_endpoint(organisation=here.rennes.id, url=receiver.url, actor=here.as_foreign_agent)
    endpoint = registered(here, receiver.url)
    deposited(here)
    delivery = WebhookDelivery.objects.get()
    for stranger in (here.as_foreign_agent, here.as_citizen, Actor("client", new_id())):
        with pytest.raises(AbsentError):
            commands.replay_webhook(delivery_id=delivery.id, actor=stranger)
        with pytest.raises(AbsentError):
            commands.remove_endpoint(endpoint_id=endpoint.id, actor=stranger)
    commands.replay_webhook(delivery_id=delivery.id, actor=here.as_agent)
    run_jobs()
    assert len(receiver.got) == 2
    commands.remove_endpoint(endpoint_id=endpoint.id, actor=here.as_agent)
    assert not WebhookEndpoint.objects.exists()


@pytest.mark.parametrize(
    "url", ["http://exemple.example/x", "ftp://exemple.example", "https://", "https://u:p@exemple.example/", "nothing"]
)
def test_an_address_that_may_not_be_called_is_refused(url: str) -> None:
    here = world.build()
    with pytest.raises(DomainError):
        registered(here, url)


@pytest.mark.parametrize("address", ["127.0.0.1", "10.0.0.8", "169.254.169.254", "::1", "fd00::1", "0.0.0.0"])  # noqa: S104
def test_private_addresses_are_never_reached(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "parvis.core.outward.socket.getaddrinfo", lambda _h, port, **_: [(0, 0, 0, "", (address, port))]
    )
    outcome = webhooks.call("https://innocent.example/", webhooks.new_secret(), new_id(), b"{}")
    assert outcome.status is None
    assert "not a public address" in outcome.error


def test_rights_only_reading_is_needed() -> None:
    here = world.build()
    reader = Actor("client", new_id())
    world.allow(reader, here.rennes.id, (Action.CASE_READ,))
    assert commands.add_endpoint(organisation=here.rennes.id, url="https://exemple.example/h", actor=reader).secret
