"""A large document that comes in several requests: what has been kept is never sent again.

Each piece is encrypted and durable before its sender is answered. When the announced size is reached, the pieces are
read one after the other through the checks of a document that comes in one go, and leave.
"""

from collections.abc import Iterable, Iterator
from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Max

from parvis.core.actor import Actor
from parvis.core.clock import now
from parvis.core.errors import ConflictError
from parvis.core.xml import XmlRefusedError
from parvis.documents import commands as documents
from parvis.documents import queries as stored
from parvis.exchange.commands.attachments import awaited, receive_attachment
from parvis.exchange.models import Attachment, UploadPiece

FORSAKEN_AFTER = timedelta(hours=48)


def upload_progress(*, attachment_id: UUID, actor: Actor) -> tuple[int, int]:
    """Return the announced size of a document still awaited, and how much of it has been kept. Raise AbsentError."""
    row = awaited(attachment_id, actor)
    return row.size, _kept(row)


def receive_piece(
    *, attachment_id: UUID, offset: int, chunks: Iterable[bytes], actor: Actor, sha256: bytes | None = None
) -> int:
    """Take the bytes of a document from ``offset`` on, and return how much has been kept in all.

    The last piece makes the document whole: it is then checked, and received or refused. Raise ConflictError when the
    offset is not where the former pieces stopped: another sender was faster, or an answer was lost.
    """
    row = awaited(attachment_id, actor)
    if offset != _kept(row):
        raise _misplaced(_kept(row))
    received = documents.receive_part(chunks, max_bytes=row.size - offset)
    try:
        with transaction.atomic(durable=True):
            row = Attachment.objects.select_for_update().get(id=attachment_id)
            kept = _kept(row)
            if offset != kept:
                raise _misplaced(kept)
            if received.size:
                UploadPiece.objects.create(
                    attachment=row, offset=offset, size=received.size, file_id=documents.keep(received)
                )
    finally:
        documents.discard(received)
    kept = offset + received.size
    if kept == row.size:
        _received_whole(row, actor, sha256)
    return kept


def _received_whole(row: Attachment, actor: Actor, sha256: bytes | None) -> None:
    """Check the whole and take it. Only a verdict on its bytes throws the pieces away.

    When the antivirus or the database is out of reach, all stays: an empty piece at the end tries again.
    """
    try:
        receive_attachment(attachment_id=row.id, chunks=_whole(row, actor), actor=actor, sha256=sha256)
    except (documents.FileRefusedError, XmlRefusedError):  # it must be sent again from the start
        _drop(row)
        raise
    _drop(row)


def forget_pieces(*, older_than: timedelta = FORSAKEN_AFTER) -> int:
    """Remove the pieces of documents that nobody goes on sending, and return how many.

    An upload is swept whole or not at all: its first pieces may be old while its last has just come.
    """
    limit = now() - older_than
    latest = UploadPiece.objects.values("attachment").annotate(latest=Max("created_at")).filter(latest__lt=limit)
    dropped = 0
    for attachment in list(latest.values_list("attachment", flat=True)):
        with transaction.atomic(durable=True):
            row = Attachment.objects.select_for_update().get(id=attachment)  # no piece is added meanwhile
            if not row.pieces.filter(created_at__gte=limit).exists():
                dropped += drop_pieces(row)
    return dropped


def drop_pieces(row: Attachment) -> int:
    """Remove the pieces of a document, within the caller's transaction, and return how many."""
    files = list(row.pieces.values_list("file_id", flat=True))
    for file in files:
        documents.forget(file)
    return len(files)


def _drop(row: Attachment) -> None:
    with transaction.atomic(durable=True):
        drop_pieces(row)


def _kept(row: Attachment) -> int:
    last = row.pieces.order_by("-offset").first()
    return last.offset + last.size if last else 0


def _whole(row: Attachment, actor: Actor) -> Iterator[bytes]:
    for file in row.pieces.order_by("offset").values_list("file_id", flat=True):
        try:
            yield from stored.content(file)
        except FileNotFoundError:
            awaited(row.id, actor)  # another request has just closed this upload: say so
            raise


def _misplaced(kept: int) -> ConflictError:
    return ConflictError(
        "misplaced_piece",
        "Nous avons gardé %(kept)s octets de ce document. Reprenez l’envoi à partir de là.",
        field="Upload-Offset",
        params={"kept": kept},
    )
