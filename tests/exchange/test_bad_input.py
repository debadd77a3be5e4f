"""What arrives broken, hostile or late, by both doors: a clear answer, and nothing half-written."""

import io
import json
import socket
import time
import zipfile
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.test import Client

from parvis.access.enums import Action
from parvis.core.clock import now
from parvis.documents import store
from parvis.exchange.models import Attachment, Folder, Subscription
from tests.exchange.test_api import body, caller, post
from tests.exchange.test_hubee import Caller, folder_body, osl
from tests.support import files, world
from tests.support.site import serving
from tests.support.world import World

DEEP = b'{"fields":' + b"[" * 100_000 + b"]" * 100_000 + b"}"


def both(here: World) -> list[tuple[Any, str]]:
    """Each door, with the address of its deposits."""
    return [
        (caller(here, here.operator, Action.FOLDER_DEPOSIT), "/api/v1/folders"),
        (osl(here).http, "/teledossiers/v1/folders"),
    ]


@pytest.mark.django_db
@pytest.mark.parametrize("raw", [DEEP, b'{"process": "\xff\xfe"}', b"[1]", b'{"a":NaN}', b"\x00" * 1000, b""])
def test_json_that_is_not_ours_is_refused_by_both_doors(raw: bytes) -> None:
    here = world.build()
    for http, path in both(here):
        answer = http.post(path, raw, content_type="application/json")
        assert answer.status_code == 400, (path, answer.content[:200])
    assert Folder.objects.count() == 0


@pytest.mark.django_db
@pytest.mark.parametrize(
    "name",
    ["../../etc/passwd", "..\\..\\win.ini", "a/b/../c.pdf", "\x07cloche.pdf", "con.pdf", "\u202efdp.exe", "." * 200],
)
def test_the_name_of_a_document_leads_nowhere(name: str) -> None:
    here = world.build()
    piece = {"type": "ji", "name": name, "size": len(files.PDF), "mime": "application/pdf"}
    answer = post(both(here)[0][0], "/api/v1/folders", body(here, attachments=[piece]))
    if answer.status_code != 201:
        assert answer.status_code in (400, 422)
        return
    kept = Attachment.objects.get().name
    assert kept
    assert not set(kept) & set("/\\\u202e\x07")
    assert kept.strip(".")


@pytest.mark.django_db
def test_a_zip_bomb_is_carried_closed() -> None:
    """The hub opens no archive: ten gigabytes folded into ten kilobytes cost it ten kilobytes."""
    here = world.build()
    Subscription.objects.create(subscriber=here.rennes, process_id="GRO")
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("zeros.bin", bytes(50_000_000))
    bomb = packed.getvalue()
    piece = {"type": "documents", "name": "b.zip", "size": len(bomb), "mime": "application/zip"}
    http = both(here)[0][0]
    answer = post(http, "/api/v1/folders", body(here, process="GRO", attachments=[piece], fields={}))
    assert answer.status_code == 201, answer.content
    path = f"/api/v1/attachments/{answer.json()['attachments'][0]}/content"
    start = time.process_time()
    sent = http.put(path, bomb, content_type="application/octet-stream")
    assert sent.status_code in (204, 422), sent.content
    assert time.process_time() - start < 5


@pytest.mark.django_db(transaction=True)
def test_an_upload_cut_at_nine_tenths_leaves_nothing_and_can_be_sent_again() -> None:
    here = world.build()
    http = caller(here, here.operator, Action.FOLDER_DEPOSIT)
    content = files.PDF[:-20] + b"%" * 50_000 + files.PDF[-20:]
    piece = {"type": "ji", "name": "a.pdf", "size": len(content), "mime": "application/pdf"}
    made = post(http, "/api/v1/folders", body(here, attachments=[piece])).json()
    path = f"/api/v1/attachments/{made['attachments'][0]}/content"
    with serving() as site:
        address = urlsplit(site)
        with socket.create_connection((address.hostname, address.port)) as link:
            head = f"PUT {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(content)}\r\n"
            head += f"Authorization: {http.defaults['HTTP_AUTHORIZATION']}\r\n\r\n"
            link.sendall(head.encode() + content[: len(content) * 9 // 10])
            link.shutdown(socket.SHUT_WR)
            assert b" 422 " in link.recv(4096).split(b"\r\n")[0]
    assert Attachment.objects.get().state == "PENDING"
    assert not list(store.incoming().iterdir())
    assert http.put(path, content, content_type="application/octet-stream").status_code == 204


@pytest.mark.django_db
@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "2020-02-30T00:00:00Z", "hier"])
def test_a_clock_that_lies_neither_delays_nor_hastens_retention(moment: str) -> None:
    here = world.build()
    depositor = osl(here)
    made = depositor.send("POST", "/folders", folder_body(here)).json()
    path = f"/folders/{made['id']}"
    answer = depositor.send("PATCH", path, {"globalStatus": "CLOSED", "closeDateTime": moment})
    folder = Folder.objects.get()
    if answer.status_code == 400:
        assert folder.closed_at is None
        return
    assert answer.status_code == 204, answer.content
    assert folder.closed_at is not None
    assert folder.created_at <= folder.closed_at <= now()


@pytest.mark.django_db
def test_a_folder_for_two_is_refused_whole_with_every_reason() -> None:
    here = world.build()
    Subscription.objects.filter(subscriber=here.nice).delete()
    towns = [{"siret": here.rennes.siret, "branch": "35238"}, {"siret": here.nice.siret, "branch": "06088"}]
    wrong = {"type": "inconnu", "name": "a.exe", "size": 1, "mime": "application/x-msdownload"}
    answer = post(both(here)[0][0], "/api/v1/folders", body(here, recipients=towns, attachments=[wrong]))
    assert answer.status_code == 422
    assert {one["code"] for one in answer.json()["errors"]} == {
        "not_subscribed",
        "attachment_type",
        "attachment_format",
    }
    assert Folder.objects.count() == 0


@pytest.mark.django_db
def test_an_event_on_a_closed_case_is_refused_by_both_doors() -> None:
    here = world.build()
    http = caller(here, here.operator, Action.FOLDER_DEPOSIT)
    case = post(http, "/api/v1/folders", body(here)).json()["cases"][0]
    rights = (Action.CASE_READ, Action.CASE_PROCESS)
    town = caller(here, here.rennes, *rights)
    for status in ("SI_RECEIVED", "DONE"):
        assert post(town, f"/api/v1/cases/{case}/events", {"status": status}).status_code == 201
    depositor = osl(here)
    depositor.send("PATCH", f"/cases/{case}", {"status": "CLOSED"})
    assert post(town, f"/api/v1/cases/{case}/events", {"status": "IN_PROGRESS"}).status_code == 409
    event = {"actionType": "STATUS_UPDATE", "notification": True, "caseNewStatus": "IN_PROGRESS"}
    assert Caller("SI", here.rennes, rights).send("POST", f"/cases/{case}/events", event).status_code == 400


@pytest.mark.django_db
@pytest.mark.parametrize(("path", "status"), [("/api/v1/cases", 405), ("/api/v1/nowhere", 404), ("/api/v2", 404)])
def test_an_address_or_a_method_that_is_not_there_is_a_problem_too(path: str, status: int) -> None:
    here = world.build()
    http: Client = both(here)[0][0]
    answer = http.post(path, json.dumps({}), content_type="application/json")
    assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json")
    assert answer.json()["status"] == status
    assert status == 404 or answer["Allow"] == "GET"
