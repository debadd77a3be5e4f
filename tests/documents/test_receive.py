import hashlib
from collections.abc import Iterator

import pytest
from django.db import transaction

from parvis.documents import commands, queries, store
from parvis.documents.commands import Expectation, FileRefusedError
from parvis.documents.enums import Mime
from parvis.documents.models import StoredFile
from tests.support import files

LIMIT = 10_000
ANY = Expectation(max_bytes=LIMIT)
PICTURES = ("application/pdf", "image/png")


def left_behind() -> list[str]:
    return [path.name for path in store.incoming().iterdir()]


@pytest.mark.django_db
def test_a_file_is_kept_and_read_back() -> None:
    with transaction.atomic():
        kept = commands.keep(commands.receive((files.PDF[:50], files.PDF[50:]), ANY))
    facts = queries.facts(kept)
    assert facts is not None
    assert (facts.size, facts.mime) == (len(files.PDF), "application/pdf")
    assert facts.sha256 == hashlib.sha256(files.PDF).digest()
    assert b"".join(queries.content(kept)) == files.PDF
    assert left_behind() == []


@pytest.mark.parametrize(
    ("content", "expected", "code"),
    [
        (b"", ANY, "empty_file"),
        (b"x" * (LIMIT + 1), ANY, "file_too_large"),
        (files.PDF, Expectation(LIMIT, size=len(files.PDF) + 1), "size_mismatch"),
        (files.PDF, Expectation(LIMIT, sha256=bytes(32)), "digest_mismatch"),
        (files.NOT_A_PDF, Expectation(LIMIT, allowed=PICTURES), "wrong_format"),
        (files.CUT_PDF, Expectation(LIMIT, allowed=PICTURES), "damaged_file"),
        (files.PNG[:-12], Expectation(LIMIT, allowed=PICTURES), "damaged_file"),
        (b"<html><script>alert(1)</script></html>", Expectation(LIMIT, allowed=PICTURES), "wrong_format"),
    ],
    ids=["empty", "too-large", "cut-upload", "wrong-hash", "not-a-pdf", "cut-pdf", "cut-png", "html"],
)
def test_a_bad_file_is_refused_and_nothing_remains(content: bytes, expected: Expectation, code: str) -> None:
    with pytest.raises(FileRefusedError) as refused:
        commands.receive((content,), expected)
    assert refused.value.code == code
    assert refused.value.message.endswith(".")
    assert left_behind() == []


def test_an_endless_upload_is_stopped_at_the_limit() -> None:
    read = 0

    def endless() -> Iterator[bytes]:
        nonlocal read
        while True:
            read += 1000
            yield b"x" * 1000

    with pytest.raises(FileRefusedError):
        commands.receive(endless(), ANY)
    assert read <= LIMIT + 1000


def test_a_broken_connection_leaves_nothing() -> None:
    def broken() -> Iterator[bytes]:
        yield files.PDF[:10]
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        commands.receive(broken(), ANY)
    assert left_behind() == []


@pytest.mark.django_db(transaction=True)
def test_a_file_is_never_kept_for_an_act_that_did_not_happen() -> None:
    received = commands.receive((files.PDF,), ANY)
    with pytest.raises(RuntimeError, match="outside a transaction"):
        commands.keep(received)
    received.path.unlink()

    class StopError(Exception):
        pass

    def act_that_fails() -> None:
        with transaction.atomic():
            commands.keep(commands.receive((files.PDF,), ANY))
            raise StopError

    with pytest.raises(StopError):
        act_that_fails()
    assert StoredFile.objects.count() == 0


def test_sweep_removes_only_old_uploads() -> None:
    fresh = commands.receive((files.PDF,), ANY)
    assert commands.sweep() == 0
    assert commands.sweep(older_than_seconds=-1) == 1
    assert not fresh.path.exists()


def test_formats_are_recognised_by_content() -> None:
    from parvis.documents.rules import recognise  # noqa: PLC0415

    assert recognise(files.PDF) == Mime.PDF
    assert recognise(b"\x00" * 900 + files.PDF) == Mime.PDF
    assert recognise(files.PNG) == Mime.PNG
    assert recognise(b"\xff\xd8\xff\xe0") == Mime.JPEG
    assert recognise(b"\xef\xbb\xbf<?xml version='1.0'?><a/>") == Mime.XML
    assert recognise(b"<!DOCTYPE html><html>") == Mime.OTHER
    assert recognise(files.NOT_A_PDF) == Mime.OTHER
