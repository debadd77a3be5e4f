import base64
import hashlib
import json
import uuid
from typing import Any

import pytest
from django.test import Client

from parvis.access.enums import Action
from parvis.catalogue.enums import CaseStatus
from parvis.core.actor import SYSTEM, Actor
from parvis.exchange.models import Case, Event, Folder, Notification
from parvis.identity import commands as identity
from tests.support import files, world
from tests.support.contract import ContractClient
from tests.support.jobs import run_jobs
from tests.support.world import PROCESS, World

pytestmark = pytest.mark.django_db
BASE = "/teledossiers/v1"
SI_RIGHTS = (Action.CASE_READ, Action.CASE_DOWNLOAD, Action.CASE_PROCESS)
ANNOUNCED = {"fileName": "a.pdf", "type": "x", "size": 1, "mimeType": "application/pdf"}
OSL_RIGHTS = (Action.FOLDER_DEPOSIT, Action.FOLDER_READ)


class Caller:
    """An unmodified client of HubEE: a token, JSON, raw bodies."""

    def __init__(self, role: str, organisation: Any, rights: tuple[Action, ...], process: str = PROCESS) -> None:
        made = identity.register_client(name=f"client {role}", scopes=[role], actor=SYSTEM)
        self.actor = Actor("client", made.client)
        world.allow(self.actor, organisation.id, rights, process=process)
        basic = base64.b64encode(f"{made.client_id}:{made.secret}".encode()).decode()
        answer = Client().post(
            "/oauth2/token",
            {"grant_type": "client_credentials", "scope": role},
            headers={"authorization": f"Basic {basic}"},
        )
        self.http = ContractClient(headers={"authorization": f"Bearer {answer.json()['access_token']}"})

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        raw = body if isinstance(body, bytes) else json.dumps(body) if body is not None else ""
        kind = "application/octet-stream" if isinstance(body, bytes) else "application/json"
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.http.generic(method, BASE + path, raw, content_type=kind, headers=names)


def osl(here: World) -> Caller:
    return Caller("OSL", here.operator, OSL_RIGHTS)


def si(here: World) -> Caller:
    return Caller("SI", here.rennes, SI_RIGHTS)


def folder_body(here: World, *towns: Any, **changes: Any) -> dict[str, Any]:
    number = "DILA-RCO-0000000000001"
    cases = [
        {
            "recipient": {"type": "SI", "companyRegister": town.siret, "branchCode": town.branch_code},
            "externalId": f"{number}-{place:02d}",
        }
        for place, town in enumerate(towns or (here.rennes,), 1)
    ]
    return {
        "processCode": PROCESS,
        "applicant": {"firstName": "George", "lastName": "Dubois", "email": "george@exemple.example"},
        "externalId": number,
        "cases": cases,
        "attachments": [
            {
                "fileName": "carte.pdf",
                "type": "ji",
                "size": len(files.PDF),
                "mimeType": "application/pdf",
                "recipients": [case["externalId"] for case in cases],
            }
        ],
        "id": str(uuid.uuid4()),
        "globalStatus": "DONE",
        "createDateTime": "2020-01-01T00:00:00Z",
    } | changes


def deposited(here: World, *towns: Any) -> tuple[Caller, dict[str, Any]]:
    depositor = osl(here)
    made = depositor.send("POST", "/folders", folder_body(here, *towns), editorName="DILA", softwareVersion="1.0")
    assert made.status_code == 201, made.content
    folder = made.json()
    path = f"/folders/{folder['id']}/attachments/{folder['attachments'][0]['id']}"
    assert depositor.send("PUT", path, files.PDF).status_code == 204
    assert depositor.send("PATCH", f"/folders/{folder['id']}", {"globalStatus": "HUBEE_COMPLETED"}).status_code == 204
    return depositor, folder


def errors(answer: Any) -> list[str]:
    return [error["message"] for error in answer.json()["errors"]]


def test_an_unmodified_client_polls_downloads_answers_and_acknowledges() -> None:
    here = world.build()
    depositor, folder = deposited(here)
    assert folder["globalStatus"] == "HUBEE_RECEIVED"
    assert folder["partnerInfo"]["editorName"] == "DILA"
    town = si(here)
    note = town.send("GET", "/notifications?maxResult=25&eventDetails=true").json()[0]
    assert note["eventId"] is None
    assert note["eventActionType"] is None
    assert note["recipient"] == {"type": "SI", "companyRegister": here.rennes.siret, "branchCode": "35238"}
    case = town.send("GET", f"/cases/{note['caseId']}").json()
    assert case["status"] == "HUBEE_NOTIFIED"
    got = town.send("GET", f"/cases/{case['id']}/attachments/{case['attachments'][0]['id']}")
    assert got.getvalue() == files.PDF
    assert got["digest"] == base64.b64encode(hashlib.sha256(files.PDF).digest()).decode()
    event = {"actionType": "STATUS_UPDATE", "notification": True, "author": "G. D.", "caseNewStatus": "SI_RECEIVED"}
    posted = town.send("POST", f"/cases/{case['id']}/events", event)
    assert posted.status_code == 201, posted.content
    assert posted.json()["status"] == "SENT"
    assert Case.objects.get().status == CaseStatus.SI_RECEIVED
    assert town.send("PATCH", f"/cases/{case['id']}", {"status": "SI_RECEIVED"}).status_code == 204
    assert town.send("DELETE", f"/notifications/{note['id']}").status_code == 204
    assert town.send("DELETE", f"/notifications/{note['id']}").status_code == 404

    back = depositor.send("GET", "/notifications?eventDetails=true").json()
    assert [n["eventActionType"] for n in back] == ["STATUS_UPDATE"]
    assert back[0]["transmitter"]["type"] == "SI"
    seen = depositor.send("GET", f"/cases/{case['id']}/events/{back[0]['eventId']}").json()
    assert seen["caseNewStatus"] == "SI_RECEIVED"
    received = depositor.send("PATCH", f"/cases/{case['id']}/events/{seen['id']}", {"status": "RECEIVED"})
    assert received.status_code == 204


def test_documents_travel_in_an_event_in_three_steps() -> None:
    here = world.build()
    depositor, _ = deposited(here)
    town = si(here)
    case = Case.objects.get()
    announced = {
        "fileName": "attestation.pdf",
        "type": "attestation",
        "size": len(files.PDF),
        "mimeType": "application/pdf",
    }
    event = town.send(
        "POST",
        f"/cases/{case.id}/events",
        {"actionType": "ATTACH_DEPOSIT", "notification": True, "caseNewStatus": "DONE", "attachments": [announced]},
    ).json()
    assert event["status"] == "IN_PROGRESS"
    path = f"/cases/{case.id}/events/{event['id']}"
    assert depositor.send("GET", path).status_code == 404, "what is being prepared is not yet the other side's"
    early = town.send("PATCH", path, {"status": "SENT"})
    assert early.status_code == 400
    upload = f"{path}/attachments/{event['attachments'][0]['id']}"
    assert depositor.send("PUT", upload, files.PDF).status_code == 404
    assert town.send("PUT", upload, files.PDF).status_code == 204
    assert town.send("PUT", upload, files.PDF).status_code == 400
    for _ in range(2):
        assert town.send("PATCH", path, {"status": "SENT"}).status_code == 204
    case.refresh_from_db()
    assert case.status == CaseStatus.DONE
    assert Notification.objects.filter(recipient=here.operator).count() == 1
    assert depositor.send("GET", upload).getvalue() == files.PDF
    assert town.send("DELETE", path).status_code == 400


def test_patch_may_come_as_post() -> None:
    here = world.build()
    depositor = osl(here)
    folder = depositor.send("POST", "/folders", folder_body(here)).json()
    path = f"/folders/{folder['id']}"
    assert depositor.send("POST", path, {"globalStatus": "DONE"}).status_code == 405
    override = {"X_HTTP_Method_Override": "PATCH"}
    assert depositor.send("POST", path, {"globalStatus": "IN_PROGRESS"}, **override).status_code == 204
    wrong = depositor.send("POST", path, {"globalStatus": "DONE"}, X_HTTP_Method_Override="DELETE")
    assert (wrong.status_code, errors(wrong)) == (405, ["Method not allowed"])


def test_a_folder_nobody_was_told_about_can_be_withdrawn() -> None:
    here = world.build()
    depositor = osl(here)
    folder = depositor.send("POST", "/folders", folder_body(here)).json()
    assert depositor.send("DELETE", f"/folders/{folder['id']}").status_code == 204
    assert not Folder.objects.exists()
    _, told = deposited(here)
    assert depositor.send("DELETE", f"/folders/{told['id']}").status_code == 400
    assert Folder.objects.count() == 1


def test_every_recipient_at_fault_is_named_and_nothing_is_written() -> None:
    here = world.build()
    unknown = type("Town", (), {"siret": "00000000000000", "branch_code": "99999"})
    answer = osl(here).send("POST", "/folders", folder_body(here, here.operator, unknown, here.rennes))
    assert answer.status_code == 400
    assert errors(answer) == [
        f"Case recipient SI-{here.operator.siret}-00000 does not suscribed to {PROCESS}",
        "Case recipient SI-00000000000000-99999 does not exist",
    ]
    assert not Folder.objects.exists()


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({}, 'missing required properties (["processCode","applicant","externalId","cases","attachments"])'),
        (
            {"processCode": 1, "applicant": {}, "externalId": "x", "cases": [], "attachments": []},
            "Instance type (integer)",
        ),
        ([], "Instance type (array)"),
        (b"{", "Unable to parse JSON"),
        (b"\xff\xfe", "Unable to parse JSON"),
        (b'{"a":' * 5000, "Unable to parse JSON"),
        (b"", "Unable to parse JSON"),
    ],
)
def test_a_malformed_body_is_refused_in_the_protocols_words(body: Any, words: str) -> None:
    here = world.build()
    answer = osl(here).send("POST", "/folders", body)
    assert answer.status_code == 400
    assert errors(answer)[0].startswith(
        "Bad Request : Validation failed.\n[ERROR][REQUEST][POST /teledossiers/v1/folders"
    )
    assert words in errors(answer)[0]


def test_a_list_of_a_hundred_thousand_is_refused_quickly() -> None:
    here = world.build()
    body = folder_body(here)
    body["attachments"] = [{}] * 100_000
    answer = osl(here).send("POST", "/folders", body)
    assert answer.status_code == 400
    assert len(answer.content) < 5000
    assert "too long" in errors(answer)[0]


@pytest.mark.parametrize(
    ("method", "path", "status", "message"),
    [
        ("GET", "/folders/{u}", 404, "Folder is not found"),
        ("PATCH", "/folders/{u}", 404, "Folder is not found"),
        ("DELETE", "/folders/{u}", 404, "Folder is not found"),
        ("PUT", "/folders/{u}/attachments/{u}", 404, "Folder is not found"),
        ("DELETE", "/notifications/{u}", 404, "Notification is not found"),
        ("GET", "/cases/{u}", 404, "Case is not found"),
        ("PATCH", "/cases/{u}", 404, "Case is not found"),
        ("GET", "/cases/{u}/attachments/{u}", 404, "File is not found"),
        ("GET", "/cases/{u}/events/{u}/attachments/{u}", 404, "file is not found"),
        ("PUT", "/cases/{u}/events/{u}/attachments/{u}", 404, "Binary meta-data is not found"),
        ("PUT", "/notifications", 405, "Method not allowed"),
        ("GET", "/folders", 405, "Method not allowed"),
    ],
)
def test_what_does_not_exist_is_said_in_the_protocols_words(method: str, path: str, status: int, message: str) -> None:
    here = world.build()
    body = {"globalStatus": "DONE", "status": "DONE"} if method == "PATCH" else None
    answer = osl(here).send(method, path.replace("{u}", str(uuid.uuid4())), body)
    assert (answer.status_code, errors(answer)) == (status, [message])


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/cases/dddddd", '@path.case_id] Input string "dddddd" is not a valid UUID'),
        ("/notifications?maxResult=abc", "@query.maxResult] Instance type (string) does not match"),
    ],
)
def test_a_malformed_address_is_refused_in_the_protocols_words(path: str, words: str) -> None:
    here = world.build()
    answer = osl(here).send("GET", path)
    assert answer.status_code == 400
    assert words in errors(answer)[0]


def test_rights_no_token_no_entry_and_each_role_its_operations() -> None:
    here = world.build()
    for headers in ({}, {"authorization": "Bearer nope"}):
        answer = Client(headers=headers).get(f"{BASE}/notifications")
        assert answer.status_code == 401
        assert answer.json()["fault"]["code"] == 900901
    refused = si(here).send("POST", "/folders", folder_body(here))
    assert (refused.status_code, errors(refused)) == (403, ["Unauthorized user"])
    elsewhere = Caller("OSL", here.operator, OSL_RIGHTS, process="EtatCivil")
    assert elsewhere.send("POST", "/folders", folder_body(here)).status_code == 403
    assert not Folder.objects.exists()


def test_rights_another_towns_case_looks_absent() -> None:
    here = world.build()
    deposited(here)
    other = Caller("SI", here.nice, SI_RIGHTS)
    case = Case.objects.get()
    document = case.attachments.all()[0]
    assert other.send("GET", "/notifications").json() == []
    for path in (f"/cases/{case.id}", f"/cases/{case.id}/attachments/{document.id}"):
        assert other.send("GET", path).status_code == 404
    event = {"actionType": "STATUS_UPDATE", "notification": True, "caseNewStatus": "DONE"}
    assert other.send("POST", f"/cases/{case.id}/events", event).status_code == 404
    assert not Event.objects.exists()


def test_rights_each_side_sets_only_its_own_states() -> None:
    here = world.build()
    depositor, _ = deposited(here)
    town = si(here)
    case = Case.objects.get()
    assert depositor.send("PATCH", f"/cases/{case.id}", {"status": "DONE"}).status_code == 400
    assert town.send("PATCH", f"/cases/{case.id}", {"status": "CLOSED"}).status_code == 400
    assert town.send("PATCH", f"/cases/{case.id}", {"status": "DONE"}).status_code == 204
    assert depositor.send("PATCH", f"/cases/{case.id}", {"status": "CLOSED"}).status_code == 204
    late = {"actionType": "STATUS_UPDATE", "notification": True, "caseNewStatus": "IN_PROGRESS"}
    assert town.send("POST", f"/cases/{case.id}/events", late).status_code == 400
    assert depositor.send("PATCH", f"/cases/{case.id}", {"status": "HUBEE_NOTIFIED"}).status_code == 204


@pytest.mark.parametrize(
    ("event", "words"),
    [
        ({"actionType": "ATTACH_DEPOSIT"}, "au moins une pièce"),
        ({"actionType": "NOPE"}, "n’est pas un type"),
        ({"actionType": "STATUS_UPDATE", "caseNewStatus": "NOPE"}, "n’existe pas"),
        ({"actionType": "STATUS_UPDATE", "message": "x" * 1001}, "too long"),
        ({"actionType": "ATTACH_DEPOSIT", "attachments": [ANNOUNCED | {"mimeType": "a/b"}]}, "n’est pas accepté"),
        ({"actionType": "SENDING_MESSAGE", "attachments": [ANNOUNCED]}, "ne porte pas de pièce"),
    ],
)
def test_a_senseless_event_is_refused(event: dict[str, Any], words: str) -> None:
    here = world.build()
    deposited(here)
    answer = si(here).send("POST", f"/cases/{Case.objects.get().id}/events", event)
    assert answer.status_code == 400
    assert words in " ".join(errors(answer))
    assert not Event.objects.exists()


@pytest.mark.parametrize("content", [files.PDF[:-5], files.PDF + b"more", b"", files.NOT_A_PDF])
def test_an_upload_that_is_not_what_was_announced_is_refused(content: bytes) -> None:
    here = world.build()
    depositor = osl(here)
    folder = depositor.send("POST", "/folders", folder_body(here)).json()
    path = f"/folders/{folder['id']}/attachments/{folder['attachments'][0]['id']}"
    assert depositor.send("PUT", path, content).status_code == 400
    assert depositor.send("PUT", path, files.PDF, digest=base64.b64encode(bytes(32)).decode()).status_code == 400
    assert depositor.send("PUT", path, files.PDF).status_code == 204
    assert depositor.send("PUT", path, files.PDF).status_code == 400


def test_urgent_processes_are_served_first_and_lists_may_be_joined() -> None:
    here = world.build()
    deposited(here)
    town = si(here)
    assert len(town.send("GET", f"/notifications?processCode={PROCESS},CERTDC").json()) == 1
    assert town.send("GET", "/notifications?processCode=CERTDC").json() == []
    assert len(town.send("GET", "/notifications?processPriority=CERTDC&maxResult=1").json()) == 1
    light = town.send("GET", f"/cases/{Case.objects.get().id}?lite=true").json()
    assert "attachments" not in light
    assert "events" not in light
    assert "exchange.alert_recipients" in run_jobs()


def test_cases_of_a_merged_commune_follow_it() -> None:
    here = world.build()
    deposited(here)
    admin = Caller("ADMIN", here.rennes, (Action.MEMBERS_MANAGE,), process="*")
    names = [
        {"type": "SI", "companyRegister": town.siret, "branchCode": town.branch_code}
        for town in (here.rennes, here.nice)
    ]
    body = {"organizationSource": names[0], "organizationTarget": names[1]}
    refused = admin.send("PUT", "/cases/migrate", body)
    assert refused.status_code == 403, "both organisations must be administered"
    world.allow(admin.actor, here.nice.id, (Action.MEMBERS_MANAGE,))
    assert admin.send("PUT", "/cases/migrate", body).json() == {"caseUpdated": 1}
    assert (
        Caller("SI", here.nice, SI_RIGHTS).send("GET", "/notifications").json()[0]["recipient"]["branchCode"] == "06088"
    )
    unknown = body | {"organizationTarget": names[0] | {"companyRegister": "00000000000000"}}
    assert admin.send("PUT", "/cases/migrate", unknown).status_code == 404


def test_an_infected_document_is_noted_and_the_recipient_sees_it(monkeypatch: pytest.MonkeyPatch) -> None:
    from parvis.documents.antivirus import InfectedFileError  # noqa: PLC0415

    here = world.build()
    depositor = osl(here)
    folder = depositor.send("POST", "/folders", folder_body(here)).json()
    path = f"/folders/{folder['id']}/attachments/{folder['attachments'][0]['id']}"

    def infected(_chunks: object) -> None:
        raise InfectedFileError("infected_file", "Infecté.")

    monkeypatch.setattr("parvis.documents.commands.antivirus.check", infected)
    assert depositor.send("PUT", path, files.PDF).status_code == 204
    depositor.send("PATCH", f"/folders/{folder['id']}", {"globalStatus": "HUBEE_COMPLETED"})
    town = si(here)
    case = town.send("GET", f"/cases/{town.send('GET', '/notifications').json()[0]['caseId']}").json()
    assert case["attachments"][0]["status"] == "CORRUPTED"
    got = town.send("GET", f"/cases/{case['id']}/attachments/{case['attachments'][0]['id']}")
    assert (got.status_code, errors(got)) == (404, ["File is not found"])
