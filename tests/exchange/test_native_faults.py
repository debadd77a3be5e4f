"""What the native API promises when something goes wrong around it."""

import pytest
from django.test import override_settings

from parvis.documents.models import StoredFile
from parvis.exchange import commands
from parvis.exchange.models import Folder, UploadPiece
from tests.exchange.test_native_api import BIG, awaited, depositor, send_piece
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
