import base64
import json
from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from parvis.core.actor import SYSTEM
from parvis.core.clock import now
from parvis.core.errors import DomainError
from parvis.identity import commands, queries
from parvis.identity.models import AccessToken, MachineClient
from tests.support.ledger import actions, refusals

pytestmark = pytest.mark.django_db


def credential() -> commands.NewCredential:
    return commands.register_client(name="Logiciel", scopes=["SI", "OSL"], actor=SYSTEM)


def test_a_token_names_its_client_for_an_hour() -> None:
    made = credential()
    issued = commands.issue_token(client_id=made.client_id, secret=made.secret, scope="SI")
    assert issued.expires_in == 3600
    actor = queries.actor_of_token(issued.token)
    assert actor is not None
    assert (actor.kind, actor.id) == ("client", made.client)
    with time_machine.travel(now() + timedelta(seconds=3601)):
        assert queries.actor_of_token(issued.token) is None


def test_no_secret_is_stored() -> None:
    made = credential()
    issued = commands.issue_token(client_id=made.client_id, secret=made.secret, scope="")
    assert made.secret.encode() not in bytes(MachineClient.objects.get().secret_digest)
    assert issued.token.encode() not in bytes(AccessToken.objects.get().digest)


def test_a_revoked_credential_and_its_tokens_die_at_once() -> None:
    made = credential()
    issued = commands.issue_token(client_id=made.client_id, secret=made.secret, scope="")
    commands.revoke_client(client=made.client, actor=SYSTEM)
    assert queries.actor_of_token(issued.token) is None
    with pytest.raises(commands.BadCredentialsError):
        commands.issue_token(client_id=made.client_id, secret=made.secret, scope="")
    assert "client.revoked" in actions()


@pytest.mark.parametrize(("client_id", "secret"), [("", ""), ("unknown", "x"), (None, "wrong"), ("\x00", "x")])
def test_rights_a_wrong_credential_is_refused_and_journaled(client_id: str | None, secret: str) -> None:
    made = credential()
    with pytest.raises(commands.BadCredentialsError):
        commands.issue_token(client_id=made.client_id if client_id is None else client_id, secret=secret, scope="")
    assert refusals() == ["token.issued"]


def test_rights_a_scope_must_be_ones_own() -> None:
    made = credential()
    with pytest.raises(DomainError) as refused:
        commands.issue_token(client_id=made.client_id, secret=made.secret, scope="ADMIN")
    assert refused.value.code == "invalid_scope"


def test_the_token_page_takes_basic_form_and_json() -> None:
    made = credential()
    browser = Client()
    basic = base64.b64encode(f"{made.client_id}:{made.secret}".encode()).decode()
    form = {"grant_type": "client_credentials", "scope": "SI"}
    answers = [
        browser.post("/oauth2/token", form, headers={"authorization": f"Basic {basic}"}),
        browser.post("/oauth2/token", form | {"client_id": made.client_id, "client_secret": made.secret}),
        browser.post(
            "/oauth2/token",
            json.dumps(form),
            content_type="application/json",
            headers={"authorization": f"Basic {basic}"},
        ),
    ]
    for answer in answers:
        assert answer.status_code == 200, answer.content
        assert answer.json()["token_type"] == "Bearer"
        assert answer["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("data", "kind", "status"),
    [
        ("grant_type=password", "application/x-www-form-urlencoded", 400),
        ("{", "application/json", 400),
        ('{"grant_type": 1}', "application/json", 400),
        ("grant_type=client_credentials", "application/x-www-form-urlencoded", 401),
        ("", "application/x-www-form-urlencoded", 400),
    ],
)
def test_a_senseless_token_request_is_refused(data: str, kind: str, status: int) -> None:
    answer = Client().post("/oauth2/token", data, content_type=kind)
    assert answer.status_code == status
    assert "error" in answer.json()
    assert Client().get("/oauth2/token").status_code == 405


@pytest.mark.parametrize("header", ["Basic ***", "Basic " + base64.b64encode(b"nocolon").decode(), "Basic \xe9"])
def test_a_broken_basic_header_is_refused(header: str) -> None:
    answer = Client().post("/oauth2/token", {"grant_type": "client_credentials"}, headers={"authorization": header})
    assert answer.status_code == 401


def test_a_rotated_secret_and_the_former_one_work_for_a_week() -> None:
    made = credential()
    renewed = commands.rotate_secret(client=made.client, actor=SYSTEM)
    for secret in (made.secret, renewed.secret):
        assert commands.issue_token(client_id=made.client_id, secret=secret, scope="")
    with time_machine.travel(now() + timedelta(days=7, seconds=1)):
        assert commands.issue_token(client_id=made.client_id, secret=renewed.secret, scope="")
        with pytest.raises(commands.BadCredentialsError):
            commands.issue_token(client_id=made.client_id, secret=made.secret, scope="")
