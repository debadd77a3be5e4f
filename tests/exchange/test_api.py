import base64
import hashlib
import json
from typing import Any

import pytest
from django.test import Client

from parvis.access.enums import Action
from parvis.catalogue.enums import CaseStatus
from parvis.core.actor import SYSTEM, Actor
from parvis.exchange.models import Case, Folder
from parvis.identity import commands as identity
from tests.support import files, world
from tests.support.deposits import deposited
from tests.support.ledger import refusals
from tests.support.world import PROCESS, World

pytestmark = pytest.mark.django_db


def caller(here: World, organisation: Any, *actions: Action) -> Client:
    """Return a client that holds a live token of a credential with these rights."""
    made = identity.register_client(name="Logiciel", scopes=["SI", "OSL"], actor=SYSTEM)
    if actions:
        world.allow(Actor("client", made.client), organisation.id, actions)
    issued = identity.issue_token(client_id=made.client_id, secret=made.secret, scope="")
    return Client(headers={"authorization": f"Bearer {issued.token}"})


def body(here: World, **changes: Any) -> dict[str, Any]:
    return {
        "process": PROCESS,
        "external_id": "ML-RCO-0000000000001",
        "depositor": {"siret": here.operator.siret},
        "applicant": {"first_name": "Camille", "last_name": "Martin"},
        "recipients": [{"siret": here.rennes.siret, "branch": "35238"}],
        "fields": {"a": "1", "b": 2, "c": True, "d": None, "e": "x", "f": 1.5},
    } | changes


def post(client: Client, path: str, data: Any) -> Any:
    return client.post(path, json.dumps(data), content_type="application/json")


def test_a_folder_with_a_document_goes_from_depositor_to_recipient() -> None:
    here = world.build()
    depositor = caller(here, here.operator, Action.FOLDER_DEPOSIT)
    piece = {"type": "ji", "name": "../../carte.pdf", "size": len(files.PDF), "mime": "application/pdf"}
    made = post(depositor, "/api/v1/folders", body(here, attachments=[piece]))
    assert made.status_code == 201, made.content
    folder = made.json()
    assert folder["status"] == CaseStatus.HUBEE_RECEIVED
    digest = base64.b64encode(hashlib.sha256(files.PDF).digest()).decode()
    path = f"/api/v1/attachments/{folder['attachments'][0]}/content"
    put = depositor.put(path, files.PDF, content_type="application/octet-stream", headers={"digest": digest})
    assert put.status_code == 204
    assert depositor.post(f"/api/v1/folders/{folder['id']}/complete").status_code == 204

    town = caller(here, here.rennes, Action.CASE_READ, Action.CASE_DOWNLOAD, Action.CASE_PROCESS)
    note = town.get("/api/v1/notifications").json()[0]
    case = town.get(f"/api/v1/cases/{note['case']}").json()
    assert case["fields"]["e"] == "x"
    assert case["attachments"][0]["name"] == "_.._carte.pdf" or "/" not in case["attachments"][0]["name"]
    got = town.get(f"/api/v1/attachments/{case['attachments'][0]['id']}/content")
    assert got.getvalue() == files.PDF
    assert got["Digest"] == digest
    event = {"status": "DONE", "documents": [{"name": "a.pdf", "content": base64.b64encode(files.PDF).decode()}]}
    done = post(town, f"/api/v1/cases/{note['case']}/events", event)
    assert done.status_code == 201, done.content
    assert town.delete(f"/api/v1/notifications/{note['id']}").status_code == 204
    assert Case.objects.get().status == CaseStatus.DONE


@pytest.mark.parametrize(
    ("content", "headers", "code"),
    [
        (files.PDF[:-1], {}, "size_mismatch"),
        (files.PDF + b"x", {}, "file_too_large"),
        (b"", {}, "empty_file"),
        (files.PDF, {"digest": base64.b64encode(bytes(32)).decode()}, "digest_mismatch"),
        (files.PDF, {"digest": "not base64"}, "bad_digest"),
        (b"M" * len(files.PDF), {}, "wrong_format"),
    ],
    ids=["cut", "long", "empty", "digest", "digest-form", "not-a-pdf"],
)
def test_a_wrong_upload_is_refused_and_can_be_sent_again(content: bytes, headers: dict[str, str], code: str) -> None:
    here = world.build()
    depositor = caller(here, here.operator, Action.FOLDER_DEPOSIT)
    piece = {"type": "ji", "name": "carte.pdf", "size": len(files.PDF), "mime": "application/pdf"}
    folder = post(depositor, "/api/v1/folders", body(here, attachments=[piece])).json()
    path = f"/api/v1/attachments/{folder['attachments'][0]}/content"
    refused = depositor.put(path, content, content_type="application/octet-stream", headers=headers)
    assert refused.status_code == 422
    assert refused["Content-Type"] == "application/problem+json"
    assert refused.json()["errors"][0]["code"] == code
    if code != "bad_digest":
        assert refusals() == ["attachment.received"]
    assert depositor.put(path, files.PDF, content_type="application/octet-stream").status_code == 204
    assert depositor.put(path, files.PDF, content_type="application/octet-stream").status_code == 409


def test_rights_nobody_enters_without_a_live_token() -> None:
    here = world.build()
    for headers in ({}, {"authorization": "Bearer nope"}, {"authorization": "Basic YTpi"}):
        answer = Client(headers=headers).get("/api/v1/cases")
        assert answer.status_code == 401
        assert answer.json()["title"] == "invalid_token"
    assert caller(here, here.rennes).get("/api/v1/cases").json() == []


def test_rights_a_case_of_another_town_looks_absent() -> None:
    here = world.build()
    case, _ = deposited(here)
    other = caller(here, here.nice, *Action)
    for path in (f"/api/v1/cases/{case.id}", f"/api/v1/attachments/{case.attachments.all()[0].id}/content"):
        assert other.get(path).status_code == 404
    assert post(other, f"/api/v1/cases/{case.id}/events", {"status": "DONE"}).status_code == 404
    assert other.get("/api/v1/cases").json() == []
    assert other.get("/api/v1/notifications").json() == []


def test_rights_a_refused_deposit_is_journaled() -> None:
    here = world.build()
    answer = post(caller(here, here.rennes, *Action), "/api/v1/folders", body(here))
    assert answer.status_code == 403
    assert "request.refused" in refusals()
    assert not Folder.objects.exists()


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"recipients": []}, 400),
        ({"recipients": [{"siret": "123"}]}, 400),
        ({"recipients": [{"siret": "00000000000000"}]}, 422),
        ({"process": "x" * 31}, 400),
        ({"process": "inconnue"}, 403),
        ({"external_id": ""}, 400),
        ({"external_id": "a\x00b"}, 400),
        ({"applicant": {"first_name": "\x00", "last_name": "b"}}, 422),
        ({"fields": {"a": "\x00"}}, 400),
        ({"applicant": {"first_name": "", "last_name": ""}}, 422),
        ({"fields": {"deep": {"a": 1}}}, 400),
        ({"attachments": [{"type": "ji", "name": "a", "size": -1, "mime": "application/pdf"}]}, 400),
        ({"attachments": [{"type": "ji", "name": "a", "size": 10**9, "mime": "application/pdf"}]}, 422),
    ],
)
def test_a_malformed_deposit_gets_a_problem_document(changes: dict[str, Any], status: int) -> None:
    here = world.build()
    made = identity.register_client(name="Logiciel", scopes=["OSL"], actor=SYSTEM)
    world.allow(Actor("client", made.client), here.operator.id, (Action.FOLDER_DEPOSIT,), process=PROCESS)
    token = identity.issue_token(client_id=made.client_id, secret=made.secret, scope="OSL").token
    answer = post(Client(headers={"authorization": f"Bearer {token}"}), "/api/v1/folders", body(here, **changes))
    assert answer.status_code == status, answer.content
    assert answer["Content-Type"] == "application/problem+json"
    assert not Folder.objects.exists()


@pytest.mark.parametrize("raw", [b"", b"{", b"\xff\xfe", b"[]", b'{"a":' * 2000, b"null"])
def test_bytes_that_are_no_json_never_break_the_api(raw: bytes) -> None:
    here = world.build()
    client = caller(here, here.operator, Action.FOLDER_DEPOSIT)
    answer = client.post("/api/v1/folders", raw, content_type="application/json")
    assert answer.status_code == 400


def test_a_message_that_says_nothing_is_refused() -> None:
    here = world.build()
    case, _ = deposited(here)
    town = caller(here, here.rennes, *Action)
    assert post(town, f"/api/v1/cases/{case.id}/events", {}).status_code == 422
    bad = {"documents": [{"name": "a.pdf", "content": "***"}]}
    assert post(town, f"/api/v1/cases/{case.id}/events", bad).json()["title"] == "bad_base64"


def test_the_description_of_the_api_is_valid_json() -> None:
    schema = Client().get("/api/v1/openapi.json").json()
    assert schema["openapi"].startswith("3.1")
    assert "/api/v1/folders" in schema["paths"]
