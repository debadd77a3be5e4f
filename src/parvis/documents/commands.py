"""Writes of the documents context.

A file arrives in two moves. `receive` streams it to disk, outside any transaction, and refuses it as soon as it is
known to be bad. `keep` gives it its place and its row, inside the transaction of the act that uses it. A crash
between the two leaves a file in ``incoming`` that `sweep` removes: never a row without its bytes.
"""

import os
import time
from collections.abc import Collection, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from django.db import connection, transaction
from pyrage import EncryptError

from parvis.core.ids import new_id
from parvis.documents import antivirus, rules, store, vault
from parvis.documents.antivirus import InfectedFileError
from parvis.documents.enums import Mime
from parvis.documents.intake import Intake
from parvis.documents.models import StoredFile
from parvis.documents.rules import FileRefusedError

__all__ = [
    "Expectation",
    "FileRefusedError",
    "InfectedFileError",
    "ReceivedFile",
    "discard",
    "forget",
    "keep",
    "keep_bytes",
    "receive",
    "receive_part",
    "sweep",
]
STALE_AFTER_SECONDS = 24 * 3600


@dataclass(frozen=True, slots=True)
class Expectation:
    """What the sender announced and what the receiver accepts. ``None`` and empty mean "not announced", "any"."""

    max_bytes: int
    size: int | None = None
    sha256: bytes | None = None
    allowed: Collection[str] = ()


@dataclass(frozen=True, slots=True)
class ReceivedFile:
    """A file that arrived whole and passed the checks, not yet kept."""

    path: Path
    sha256: bytes
    size: int
    mime: Mime


def receive(chunks: Iterable[bytes], expected: Expectation) -> ReceivedFile:
    """Stream to disk, hashing on the fly, and check. Raise FileRefusedError; nothing remains on disk then."""
    path = store.incoming() / new_id().hex
    try:
        return _write(chunks, expected, path)
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def receive_part(chunks: Iterable[bytes], *, max_bytes: int) -> ReceivedFile:
    """Stream a part of a document to disk, encrypted. Nothing is checked but its size: the whole will be.

    A transfer that breaks leaves what arrived before: it need not be sent again.
    """
    path = store.incoming() / new_id().hex
    try:
        intake = _sealed(_until_broken(chunks), max_bytes, path)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return ReceivedFile(path, intake.digest.digest(), intake.size, Mime.OTHER)


def _until_broken(chunks: Iterable[bytes]) -> Iterator[bytes]:
    with suppress(OSError):  # Django's UnreadablePostError is one
        yield from chunks


def _write(chunks: Iterable[bytes], expected: Expectation, path: Path) -> ReceivedFile:
    intake = _sealed(chunks, expected.max_bytes, path)
    _check_announced(intake.size, intake.digest.digest(), expected)
    mime = rules.recognise(intake.head)
    rules.check_format(mime, intake.tail, allowed=expected.allowed)
    antivirus.check(lambda: vault.opened(path))
    return ReceivedFile(path, intake.digest.digest(), intake.size, mime)


def _sealed(chunks: Iterable[bytes], max_bytes: int, path: Path) -> Intake:
    """Write a stream, encrypted and durable, and return what was seen of it on the way."""
    intake = Intake(chunks, max_bytes)
    with path.open("xb") as out:
        try:
            vault.seal(intake, out)
        except EncryptError:
            if intake.failure is None:
                raise
            raise intake.failure from None
        out.flush()
        os.fsync(out.fileno())
    return intake


def _check_announced(size: int, sha256: bytes, expected: Expectation) -> None:
    if size == 0:
        raise FileRefusedError("empty_file", "Ce fichier est vide. Vérifiez qu’il s’ouvre, puis envoyez-le de nouveau.")
    if expected.size is not None and size != expected.size:
        raise FileRefusedError(
            "size_mismatch",
            "L’envoi a été interrompu ou modifié : %(received)s octets reçus, %(announced)s annoncés. Recommencez "
            "l’envoi.",
            params={"received": size, "announced": expected.size},
        )
    if expected.sha256 is not None and sha256 != expected.sha256:
        raise FileRefusedError(
            "digest_mismatch", "L’empreinte du fichier reçu ne correspond pas à celle annoncée. Recommencez l’envoi."
        )


def keep(received: ReceivedFile) -> UUID:
    """Give a received file its place and its row, within the caller's transaction. Return its id."""
    if not connection.in_atomic_block:
        message = "documents.keep outside a transaction: a row could exist for an act that did not"
        raise RuntimeError(message)
    kept = StoredFile(sha256=received.sha256, size=received.size, mime=received.mime)
    store.adopt(received.path, kept.id)
    kept.save(force_insert=True)
    return kept.id


def read_received(received: ReceivedFile) -> Iterator[bytes]:
    """Yield the bytes of a file that arrived and is not kept yet, to look inside before deciding."""
    return vault.opened(received.path)


def discard(received: ReceivedFile) -> None:
    """Remove a file that arrived and will not be used. One that was kept has moved away: nothing happens."""
    received.path.unlink(missing_ok=True)


def keep_bytes(data: bytes) -> UUID:
    """Keep a document that Parvis made itself."""
    return keep(receive((data,), Expectation(max_bytes=len(data), size=len(data))))


def forget(file_id: UUID) -> bytes:
    """Remove a kept file, row now and bytes after commit, and return its SHA-256. Nothing happens if it is gone."""
    row = StoredFile.objects.filter(id=file_id).first()
    if row is None:
        return b""
    digest = bytes(row.sha256)
    row.delete()
    # Bytes last: if the transaction rolls back, the document is still whole.
    transaction.on_commit(lambda: store.remove(file_id))
    return digest


def sweep(*, older_than_seconds: int = STALE_AFTER_SECONDS) -> int:
    """Remove files that arrived and were never kept (a crash, an abandoned upload). Return how many."""
    limit = time.time() - older_than_seconds
    stale = [path for path in store.incoming().iterdir() if path.stat().st_mtime < limit]
    for path in stale:
        path.unlink(missing_ok=True)
    return len(stale)
