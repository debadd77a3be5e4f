"""Lists that go on, requests that come twice, documents in pieces: what the native API has beyond the façade."""

import base64
import hashlib
import json
import re
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from jsonschema_rs import Draft202012Validator

from parvis.access.enums import Action
from parvis.core.actor import Actor
from parvis.core.errors import AbsentError
from parvis.documents.models import StoredFile
from parvis.exchange import commands
from parvis.exchange.models import Attachment, Case, Event, Folder, IdempotentAnswer, Notification, UploadPiece
from parvis.identity.models import MachineClient
from tests.exchange.test_api import body, caller, post
from tests.support import files, world
from tests.support.world import World

ANSWER = (Action.CASE_READ, Action.CASE_DOWNLOAD, Action.CASE_PROCESS)
DEPOSIT = (Action.FOLDER_DEPOSIT, Action.FOLDER_READ)
BIG = b"%PDF-1.4\n" + b"0123456789abcdef" * 20_000 + b"\nstartxref\n0\n%%EOF\n"


def depositor(here: World) -> Client:
    return caller(here, here.operator, *DEPOSIT)


def town(here: World) -> Client:
    return caller(here, here.rennes, *ANSWER)


def deposit(http: Client, here: World, number: int, **changes: Any) -> Any:
    made = post(http, "/api/v1/folders", body(here, external_id=f"N-{number:04d}", **changes))
    assert made.status_code == 201, made.content
    return made.json()


def pages(http: Client, path: str) -> Iterator[list[Any]]:
    """Follow the links of a list to its end."""
    while path:
        answer = http.get(path)
        assert answer.status_code == 200, answer.content
        yield answer.json()
        found = re.match(r'<(.+)>; rel="next"', answer.headers.get("Link", ""))
        path = found[1] if found else ""


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/api/v1/cases?limit=3", "/api/v1/notifications?limit=3", "/api/v1/folders?limit=3"])
def test_a_list_goes_on_to_its_end_without_gap_nor_repetition(path: str) -> None:
    here = world.build()
    sender = depositor(here)
    for number in range(7):
        deposit(sender, here, number)
    http = sender if "folders" in path else town(here)
    found = list(pages(http, path))
    assert [len(one) for one in found] == [3, 3, 1]
    assert len({row["id"] for one in found for row in one}) == 7


@pytest.mark.django_db
def test_a_list_costs_the_same_statements_whatever_its_length() -> None:
    here = world.build()
    sender, receiver = depositor(here), town(here)
    counts = []
    for number in range(6):
        deposit(sender, here, number)
        if number in (0, 5):
            with CaptureQueriesContext(connection) as seen:
                receiver.get("/api/v1/cases")
                sender.get("/api/v1/folders")
            counts.append(len(seen))
    assert counts[0] == counts[1]


@pytest.mark.django_db
def test_cases_are_searched() -> None:
    here = world.build()
    sender, http = depositor(here), town(here)
    first = deposit(sender, here, 1)
    deposit(sender, here, 2, applicant={"first_name": "Inès", "last_name": "Benali"})

    def found(query: str) -> int:
        return len(http.get("/api/v1/cases?" + query).json())

    assert found("text=benali") == 1
    assert found("process=EtatCivil") == 0
    assert found("process=EtatCivil&process=recensementCitoyen") == 2
    assert found(f"siret={here.rennes.siret}") == 2
    assert found(f"siret={here.nice.siret}") == 0
    assert found("status=DONE") == 0
    assert found("updated_since=2999-01-01T00:00:00Z") == 0
    assert sender.get("/api/v1/folders?external_id=N-0001").json()[0]["id"] == first["id"]
    assert http.get("/api/v1/cases?cursor=rubbish!").json()["title"] == "bad_cursor"


@pytest.mark.django_db
def test_rights_a_depositor_follows_only_its_own_folders() -> None:
    here = world.build()
    folder = deposit(depositor(here), here, 1)
    other = caller(here, here.nice, *DEPOSIT)
    assert other.get("/api/v1/folders").json() == []
    assert other.get(f"/api/v1/folders/{folder['id']}").status_code == 404
    mine = depositor(here).get(f"/api/v1/folders/{folder['id']}").json()
    assert [case["recipient"]["siret"] for case in mine["cases"]] == [here.rennes.siret]


@pytest.mark.django_db
def test_a_case_tells_its_story_to_each_side() -> None:
    here = world.build()
    sender, http = depositor(here), town(here)
    case = deposit(sender, here, 1)["cases"][0]
    post(http, f"/api/v1/cases/{case}/events", {"status": "SI_RECEIVED"})
    post(http, f"/api/v1/cases/{case}/events", {"comment": "À voir avec le service"})
    seen = [(one["type"], one["by"]) for one in http.get(f"/api/v1/cases/{case}/events").json()]
    assert seen == [("STATUS_UPDATE", "recipient"), ("COM_ADD", "recipient")]
    assert [one["type"] for one in sender.get(f"/api/v1/cases/{case}/events").json()] == ["STATUS_UPDATE"]
    assert caller(here, here.nice, *ANSWER).get(f"/api/v1/cases/{case}/events").status_code == 404


@pytest.mark.django_db
def test_a_request_sent_again_does_nothing_and_gets_its_answer() -> None:
    here = world.build()
    http = depositor(here)

    def send(key: str, number: int) -> Any:
        data = json.dumps(body(here, external_id=f"N-{number}"))
        return http.post("/api/v1/folders", data, content_type="application/json", headers={"idempotency-key": key})

    first, again = send("k1", 1), send("k1", 1)
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert Folder.objects.count() == 1
    assert send("k1", 2).json()["title"] == "idempotency_key_reused"
    assert send("k2", 1).status_code == 409  # another request: the number is taken
    assert send("k" * 256, 3).status_code == 422
    assert not IdempotentAnswer.objects.filter(key="k2").exists(), (
        "a refusal keeps no answer: mended, it may be sent again"
    )


@pytest.mark.django_db
def test_a_key_belongs_to_its_caller_and_is_forgotten() -> None:
    here = world.build()
    case = deposit(depositor(here), here, 1)["cases"][0]
    data = json.dumps({"status": "SI_RECEIVED"})
    for _ in range(2):
        answer = town(here).post(
            f"/api/v1/cases/{case}/events", data, content_type="application/json", headers={"idempotency-key": "same"}
        )
        assert answer.status_code == 201
    assert Event.objects.filter(case_id=case).count() == 2
    IdempotentAnswer.objects.update(created_at="2020-01-01T00:00:00Z")
    assert commands.forget_answers() == 2


@pytest.mark.django_db(transaction=True)
def test_the_same_request_twice_at_once_acts_once() -> None:
    here = world.build()
    http = depositor(here)
    data, headers = json.dumps(body(here)), {"idempotency-key": "once"}
    together = threading.Barrier(4)
    answers: list[Any] = []

    def send() -> None:
        try:
            together.wait()
            made = Client()
            made.defaults = dict(http.defaults)
            answers.append(made.post("/api/v1/folders", data, content_type="application/json", headers=headers))
        finally:
            connection.close()

    threads = [threading.Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [one.status_code for one in answers] == [201] * 4
    assert len({one.json()["id"] for one in answers}) == 1
    assert Folder.objects.count() == 1


@pytest.mark.django_db
def test_many_notifications_are_acknowledged_at_once() -> None:
    here = world.build()
    sender, http = depositor(here), town(here)
    for number in range(4):
        deposit(sender, here, number)
    ids = [note["id"] for note in http.get("/api/v1/notifications").json()]
    stranger = "01900000-0000-7000-8000-000000000000"
    with CaptureQueriesContext(connection) as few:
        answer = post(http, "/api/v1/notifications/acknowledge", {"ids": [ids[0], stranger]})
    assert answer.json() == {"acknowledged": [ids[0]], "unknown": [stranger]}
    with CaptureQueriesContext(connection) as many:
        post(http, "/api/v1/notifications/acknowledge", {"ids": ids})
    assert len(few) == len(many)
    assert Notification.objects.count() == 0
    assert post(http, "/api/v1/notifications/acknowledge", {"ids": [stranger] * 1001}).status_code == 400


@pytest.mark.django_db
def test_rights_only_ones_own_notifications_are_acknowledged_in_bulk() -> None:
    here = world.build()
    deposit(depositor(here), here, 1)
    note = str(Notification.objects.get().id)
    answer = post(caller(here, here.nice, *ANSWER), "/api/v1/notifications/acknowledge", {"ids": [note]})
    assert answer.json()["unknown"] == [note]
    assert commands.acknowledge_many(notifications=[Notification.objects.get().id], actor=here.as_foreign_agent) == []
    assert Notification.objects.count() == 1


@pytest.mark.django_db
def test_one_credential_serves_many_communes_and_processes() -> None:
    here = world.build()
    http = caller(here, here.rennes, *ANSWER)
    me = http.get("/api/v1/me").json()
    assert [(one["organisation"]["branch"], one["process"]) for one in me["rights"]] == [("35238", "*")]
    editor = Actor("client", MachineClient.objects.order_by("-id")[0].id)
    world.allow(editor, here.nice.id, (Action.CASE_READ,), process="EtatCivil")
    both = {(one["name"], one["process"]) for one in http.get("/api/v1/me").json()["rights"]}
    assert both == {(here.rennes.name, "*"), (here.nice.name, "EtatCivil")}
    sender = depositor(here)
    deposit(sender, here, 1)
    deposit(sender, here, 2, recipients=[{"siret": here.nice.siret, "branch": "06088"}])
    assert len(http.get("/api/v1/notifications").json()) == 1, "not the census of Nice: no mandate for it"


def awaited(here: World, http: Client, content: bytes = BIG) -> str:
    piece = {"type": "ji", "name": "grand.pdf", "size": len(content), "mime": "application/pdf"}
    made = deposit(http, here, 1, attachments=[piece])
    return f"/api/v1/attachments/{made['attachments'][0]}/content"


def send_piece(http: Client, path: str, offset: int, content: bytes, **headers: str) -> Any:
    return http.patch(
        path, content, content_type="application/octet-stream", headers={"upload-offset": str(offset)} | headers
    )


@pytest.mark.django_db
def test_a_document_in_pieces_goes_on_where_it_stopped() -> None:
    here = world.build()
    http = depositor(here)
    path = awaited(here, http)
    assert http.head(path).headers["Upload-Offset"] == "0"
    assert send_piece(http, path, 0, BIG[:100_000]).headers["Upload-Offset"] == "100000"
    lost = send_piece(http, path, 0, BIG[:100_000])
    assert (lost.status_code, lost.json()["title"]) == (409, "misplaced_piece")
    head = http.head(path)
    assert (head.headers["Upload-Offset"], head.headers["Upload-Length"]) == ("100000", str(len(BIG)))
    digest = base64.b64encode(hashlib.sha256(BIG).digest()).decode()
    last = send_piece(http, path, 100_000, BIG[100_000:], digest=digest)
    assert (last.status_code, last.headers["Upload-Offset"]) == (204, str(len(BIG)))
    assert UploadPiece.objects.count() == 0
    assert StoredFile.objects.count() == 1, "the pieces are gone, the whole is there"
    case = str(Case.objects.get().id)
    post(http, f"/api/v1/folders/{Folder.objects.get().id}/complete", {})
    reader = town(here)
    reader.get(f"/api/v1/cases/{case}")
    assert reader.get(path).getvalue() == BIG


@pytest.mark.django_db
@pytest.mark.parametrize("offset", ["", "-1", "1.5", "٣", "9" * 20])
def test_a_senseless_offset_is_refused(offset: str) -> None:
    here = world.build()
    http = depositor(here)
    path = awaited(here, http)
    answer = http.patch(path, b"x", content_type="application/octet-stream", headers={"upload-offset": offset})
    assert answer.json()["title"] == "bad_offset"


@pytest.mark.django_db
def test_pieces_that_make_a_bad_document_are_refused_and_forgotten() -> None:
    here = world.build()
    http = depositor(here)
    path = awaited(here, http)
    assert send_piece(http, path, 0, BIG + b"more").status_code == 422  # longer than announced
    send_piece(http, path, 0, b"A" * 1000)
    bad = send_piece(http, path, 1000, b"A" * (len(BIG) - 1000))
    assert bad.status_code == 422
    assert http.head(path).headers["Upload-Offset"] == "0"
    assert StoredFile.objects.count() == 0


@pytest.mark.django_db
def test_a_forsaken_upload_leaves_nothing() -> None:
    here = world.build()
    http = depositor(here)
    path = awaited(here, http)
    send_piece(http, path, 0, BIG[:1000])
    assert commands.forget_pieces() == 0
    UploadPiece.objects.update(created_at="2020-01-01T00:00:00Z")
    assert commands.forget_pieces() == 1
    assert (UploadPiece.objects.count(), StoredFile.objects.count()) == (0, 0)
    assert http.head(path).headers["Upload-Offset"] == "0"


@pytest.mark.django_db
def test_rights_only_the_depositor_sends_pieces() -> None:
    here = world.build()
    path = awaited(here, depositor(here))
    for other in (town(here), caller(here, here.nice, *DEPOSIT)):
        assert send_piece(other, path, 0, BIG[:10]).status_code == 404
        assert other.head(path).status_code == 404
    attachment = Attachment.objects.get().id
    for gesture in (
        lambda: commands.receive_piece(attachment_id=attachment, offset=0, chunks=(b"%",), actor=here.as_foreign_agent),
        lambda: commands.upload_progress(attachment_id=attachment, actor=here.as_foreign_agent),
    ):
        with pytest.raises(AbsentError):
            gesture()


@pytest.mark.django_db
def test_a_download_goes_on_where_it_stopped() -> None:
    here = world.build()
    sender = depositor(here)
    path = awaited(here, sender)
    sender.put(path, BIG, content_type="application/octet-stream")
    post(sender, f"/api/v1/folders/{Folder.objects.get().id}/complete", {})
    http = town(here)
    whole = http.get(path)
    tag = whole.headers["ETag"]
    assert tag == f'"{hashlib.sha256(BIG).hexdigest()}"'

    def part(wanted: str, **headers: str) -> Any:
        cache.clear()
        return http.get(path, headers={"range": wanted} | headers)

    for wanted, content in {"bytes=5-9": BIG[5:10], "bytes=70000-": BIG[70000:], "bytes=-7": BIG[-7:]}.items():
        answer = part(wanted)
        assert (answer.status_code, answer.getvalue()) == (206, content)
    assert part("bytes=5-9").headers["Content-Range"] == f"bytes 5-9/{len(BIG)}"
    assert part("bytes=5-9", **{"if-range": tag}).status_code == 206
    assert part("bytes=5-9", **{"if-range": '"other"'}).status_code == 200
    assert part("bytes=1-2,4-5").status_code == 200
    beyond = part(f"bytes={len(BIG)}-")
    assert (beyond.status_code, beyond.headers["Content-Range"]) == (416, f"bytes */{len(BIG)}")


@pytest.mark.django_db
def test_webhooks_are_listed_with_each_try() -> None:
    here = world.build()
    http = town(here)
    made = post(
        http,
        "/api/v1/webhooks",
        {"organisation": {"siret": here.rennes.siret, "branch": "35238"}, "url": "https://exemple.example/h"},
    ).json()
    shown = http.get("/api/v1/webhooks").json()
    assert [one["id"] for one in shown] == [made["id"]]
    assert "secret" not in shown[0]
    deposit(depositor(here), here, 1)
    commands.queue_webhooks(notifications=[Notification.objects.get().id])
    assert [one["state"] for one in http.get("/api/v1/webhook-deliveries").json()] == ["waiting"]
    assert caller(here, here.nice, *ANSWER).get("/api/v1/webhook-deliveries").json() == []


@pytest.mark.django_db
def test_every_operation_shows_examples_that_follow_their_shape() -> None:
    description = Client().get("/api/v1/openapi.json").json()
    shown = set()
    for name, schema in description["components"]["schemas"].items():
        for example in schema.get("examples", ()):
            shown.add(name)
            whole = {"$ref": f"#/components/schemas/{name}", "components": description["components"]}
            Draft202012Validator(whole, validate_formats=True).validate(example)
    for path, operations in description["paths"].items():
        for operation in operations.values():
            answers = [one for code, one in operation["responses"].items() if code.startswith("2")]
            for part in (operation.get("requestBody"), *answers):
                wanted = set(re.findall(r"#/components/schemas/(\w+)", json.dumps(part or {})))
                assert not wanted or wanted & shown, f"{path} shows no example of {wanted}"


def test_the_test_document_is_what_it_says() -> None:
    assert BIG.startswith(files.PDF[:8])
