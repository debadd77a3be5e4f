import io
import os
import threading
from typing import Any

import pyrage
import pytest
from django.db import transaction

from parvis.documents import commands, queries, store, vault
from parvis.documents.commands import Expectation
from tests.support import files

pytestmark = pytest.mark.django_db
BIG = files.PDF[:-6] + os.urandom(3_000_000) + b"\nstartxref\n%%EOF\n"


def kept(content: bytes) -> Any:
    with transaction.atomic():
        return commands.keep(commands.receive((content,), Expectation(max_bytes=10_000_000)))


@pytest.mark.parametrize("content", [files.PDF, BIG], ids=["small", "big"])
def test_nothing_readable_lies_on_disk_and_the_key_opens_it(content: bytes) -> None:
    file_id = kept(content)
    raw = store.path_of(file_id).read_bytes()
    assert raw.startswith(b"age-encryption.org/v1\n")
    assert content[:40] not in raw
    assert b"".join(queries.content(file_id)) == content
    assert pyrage.decrypt(raw, list(vault.identities())) == content


def test_two_equal_files_look_different_at_rest() -> None:
    first, second = (store.path_of(kept(files.PDF)).read_bytes() for _ in range(2))
    assert first != second


def test_a_file_survives_the_rotation_of_the_key(settings: Any) -> None:
    file_id = kept(files.PDF)
    former, settings.DOCUMENTS_KEY = settings.DOCUMENTS_KEY, str(pyrage.x25519.Identity.generate())
    with pytest.raises(pyrage.DecryptError):
        b"".join(queries.content(file_id))
    settings.DOCUMENTS_FORMER_KEYS = [former]
    assert b"".join(queries.content(file_id)) == files.PDF


@pytest.mark.parametrize("content", [files.PDF, BIG], ids=["small", "big"])
def test_an_altered_file_is_never_delivered_as_if_whole(content: bytes) -> None:
    path = store.path_of(kept(content))
    raw = bytearray(path.read_bytes())
    raw[-20] ^= 1
    path.write_bytes(raw)
    with pytest.raises((pyrage.DecryptError, OSError)):
        b"".join(vault.opened(path))


def test_a_reader_who_leaves_stops_the_work() -> None:
    stream = vault.opened(store.path_of(kept(BIG)))
    next(stream)
    stream.close()  # type: ignore[attr-defined]
    for thread in threading.enumerate():
        if thread.name == "document-decryption":
            thread.join(timeout=5)
            assert not thread.is_alive()


def test_sealing_reads_in_bounded_pieces() -> None:
    largest = 0

    class Watched(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            nonlocal largest
            largest = max(largest, size or 0)
            return super().read(size)

    vault.seal(Watched(BIG), io.BytesIO())
    assert 0 < largest <= 1_000_000
