"""What the native API promises when something goes wrong around it."""

from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client, override_settings

from parvis.documents.models import StoredFile
from parvis.exchange import commands
from parvis.exchange.models import AttachmentRecipient, Folder, UploadPiece
from parvis.ledger.models import Entry
from tests.exchange.test_api import post
from tests.exchange.test_native_api import BIG, awaited, deposit, depositor, send_piece, town
from tests.support import world


@pytest.mark.django_db
def test_a_folder_is_completed_once_by_a_key() -> None:
    here = world.build()
    http = depositor(here)
    path = awaited(here, http)
    http.put(path, BIG, content_type="application/octet-stream")
    where = f"/api/v1/folders/{Folder.objects.get().id}/complete"
    for _ in range(2):
        answer = http.post(where, "{}", content_type="application/json", headers={"idempotency-key": "c"})
        assert answer.status_code == 204, answer.content


@pytest.mark.django_db
def test_pieces_outlive_a_scanner_that_is_down() -> None:
    here = world.build()
    http = depositor(here)
    path = awaited(here, http)
    send_piece(http, path, 0, BIG[:100_000])
    with override_settings(CLAMD="unix:/nonexistent/clamd"):
        answer = send_piece(http, path, 100_000, BIG[100_000:])
    assert answer.status_code == 503
    assert http.head(path).headers["Upload-Offset"] == str(len(BIG))
    assert send_piece(http, path, len(BIG), b"").status_code == 204
    assert (UploadPiece.objects.count(), StoredFile.objects.count()) == (0, 1)


@pytest.mark.django_db
def test_a_slow_upload_is_not_swept_while_it_goes_on() -> None:
    here = world.build()
    http = depositor(here)
    path = awaited(here, http)
    send_piece(http, path, 0, BIG[:1000])
    UploadPiece.objects.update(created_at="2020-01-01T00:00:00Z")
    send_piece(http, path, 1000, BIG[1000:2000])
    commands.forget_pieces()
    assert http.head(path).headers["Upload-Offset"] == "2000"
    assert send_piece(http, path, 2000, BIG[2000:]).status_code == 204


def ready(here: Any) -> tuple[Client, str]:
    sender = depositor(here)
    path = awaited(here, sender)
    sender.put(path, BIG, content_type="application/octet-stream")
    post(sender, f"/api/v1/folders/{Folder.objects.get().id}/complete", {})
    return town(here), path


@pytest.mark.django_db
def test_nothing_leaves_so_nothing_is_journaled() -> None:
    here = world.build()
    http, path = ready(here)
    answer = http.get(path, headers={"range": f"bytes={len(BIG)}-"})
    assert answer.status_code == 416
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert not Entry.objects.filter(action="attachment.delivered").exists()
    assert AttachmentRecipient.objects.get().deliveries == 0


@pytest.mark.django_db
def test_a_download_fetched_in_many_parts_is_one_download() -> None:
    here = world.build()
    http, path = ready(here)
    step = len(BIG) // 100 + 1
    for start in range(0, len(BIG), step):
        cache.clear()  # the rate of requests is another limit
        assert http.get(path, headers={"range": f"bytes={start}-{start + step - 1}"}).status_code == 206
    link = AttachmentRecipient.objects.get()
    assert (link.deliveries, link.bytes_left) == (1, 0)
    assert Entry.objects.filter(action="attachment.delivered").count() == 100, "each part that leaves is journaled"


@pytest.mark.django_db
def test_cutting_a_document_up_gives_no_more_of_it() -> None:
    """A thief who asks for all but the first byte, again and again, is cut as if he asked for the whole."""
    here = world.build()
    http, path = ready(here)
    answers = []
    for _ in range(100):
        cache.clear()
        answers.append(http.get(path, headers={"range": "bytes=1-"}).status_code)
    assert answers.count(206) < 50
    assert set(answers[50:]) <= {401, 403}


@pytest.mark.django_db
def test_a_case_that_has_not_changed_is_not_sent_again() -> None:
    here = world.build()
    case = deposit(depositor(here), here, 1)["cases"][0]
    http, path = town(here), f"/api/v1/cases/{case}"
    tag = http.get(path).headers["ETag"]
    for known in (tag, f'"other", {tag}'):
        same = http.get(path, headers={"if-none-match": known})
        assert (same.status_code, same.content, same.headers["ETag"]) == (304, b"", tag)
    post(http, f"{path}/events", {"status": "SI_RECEIVED"})
    changed = http.get(path, headers={"if-none-match": tag})
    assert (changed.status_code, changed.json()["status"]) == (200, "SI_RECEIVED")


@pytest.mark.django_db
def test_cases_of_one_branch_are_listed() -> None:
    here = world.build()
    deposit(depositor(here), here, 1)
    assert len(town(here).get("/api/v1/cases?branch=35238").json()) == 1
    assert town(here).get("/api/v1/cases?branch=06088").json() == []


def test_headers_are_described_with_an_example() -> None:
    paths = Client().get("/api/v1/openapi.json").json()["paths"]

    def told(path: str, method: str) -> set[str]:
        parameters = paths[f"/api/v1{path}"][method].get("parameters", ())
        return {one["name"] for one in parameters if one["in"] == "header" and one["example"]}

    for path in ("/folders", "/folders/{folder_id}/complete", "/cases/{case_id}/events", "/notifications/acknowledge"):
        assert told(path, "post") == {"Idempotency-Key"}
    content = "/attachments/{attachment_id}/content"
    assert told(content, "patch") == {"Upload-Offset", "Digest"}
    assert told(content, "put") == {"Digest"}
    assert told(content, "get") == {"Range", "If-Range"}
    assert told("/cases/{case_id}", "get") == {"If-None-Match"}
