"""Documents in and out of the hub. A document leaves only if its leaving is written in the journal first."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from parvis.access.enums import Action
from parvis.catalogue import queries as catalogue
from parvis.core import xml
from parvis.core.actor import Actor
from parvis.core.errors import AbsentError, ConflictError
from parvis.core.http import Part, Wanted
from parvis.core.xml import XmlRefusedError
from parvis.documents import commands as documents
from parvis.documents import queries as stored
from parvis.documents.enums import Mime
from parvis.exchange import messages, queries
from parvis.exchange.commands import breaker
from parvis.exchange.commands.sides import standing
from parvis.exchange.enums import AttachmentState, EventState
from parvis.exchange.models import Attachment, AttachmentRecipient, Case
from parvis.ledger import commands as ledger


@dataclass(frozen=True, slots=True)
class Delivery:
    """A document on its way out."""

    name: str
    mime: str
    size: int
    digest: str
    chunks: Iterator[bytes]
    part: Part | None = None


def receive_attachment(
    *, attachment_id: UUID, chunks: Iterable[bytes], actor: Actor, sha256: bytes | None = None
) -> None:
    """Take the bytes of a document that a deposit announced. Size, digest and format must be those announced."""
    row = awaited(attachment_id, actor)
    expected = documents.Expectation(max_bytes=row.size, size=row.size, sha256=sha256, allowed={row.mime})
    try:
        received = documents.receive(chunks, expected)
        signature = _check_message(row, received)
    except documents.InfectedFileError as error:
        _mark_corrupted(row, actor, error.code)
        raise
    except (documents.FileRefusedError, XmlRefusedError) as error:
        ledger.record_refusal(
            actor=actor,
            action="attachment.received",
            subject=f"attachment:{attachment_id}",
            details={"code": error.code},
        )
        raise
    with transaction.atomic(durable=True):
        # Looked up again under lock: another upload of the same document may have won meanwhile.
        locked = Attachment.objects.select_for_update().filter(id=row.id)
        if list(locked.values_list("state", flat=True)) != [AttachmentState.PENDING]:
            documents.discard(received)
            raise _no_longerawaited()
        kept = documents.keep(received)
        Attachment.objects.filter(id=row.id).update(file=kept, state=AttachmentState.RECEIVED, signature=signature)
        ledger.record(
            actor=actor,
            action="attachment.received",
            subject=f"attachment:{row.id}",
            details={"size": received.size, "sha256": received.sha256.hex(), "signature": signature},
        )


def _check_message(row: Attachment, received: documents.ReceivedFile) -> str:
    """Look inside an XML message, and return what is to be said of its signature. Refused, its bytes go."""
    if received.mime != Mime.XML:
        return ""
    try:
        if received.size > messages.MAX_TREE_BYTES and row.type not in catalogue.message_types():
            xml.scan(documents.read_received(received))
            return ""
        return messages.check(row.type, b"".join(documents.read_received(received)))
    except XmlRefusedError:
        documents.discard(received)
        raise


def _mark_corrupted(row: Attachment, actor: Actor, code: str) -> None:
    """Remember that an infected document came: the recipient sees that the folder is incomplete, and why."""
    with transaction.atomic(durable=True):
        Attachment.objects.filter(id=row.id, state=AttachmentState.PENDING).update(state=AttachmentState.CORRUPTED)
        ledger.record(
            actor=actor,
            action="attachment.received",
            subject=f"attachment:{row.id}",
            outcome="refused",
            details={"code": code},
        )


def awaited(attachment_id: UUID, actor: Actor) -> Attachment:
    """Return a document announced by this actor, whose bytes have not come. Raise AbsentError or ConflictError."""
    # Most documents come with a folder: the tables of the few that come with an event are joined for those alone.
    row = Attachment.objects.select_related("folder").filter(id=attachment_id).first()
    if row is None or not _is_sender(row, actor):
        raise AbsentError("unknown_attachment", "Cette pièce n’existe pas, ou vous ne pouvez pas la voir.")
    if row.state != AttachmentState.PENDING:
        raise _no_longerawaited()
    return row


def _is_sender(row: Attachment, actor: Actor) -> bool:
    """Tell whether the actor speaks for who announced this document: the depositor, or the author of the event."""
    if row.event is None:
        return queries.is_depositor(row.folder, actor)
    try:
        stand = standing(row.event.case, actor)
    except AbsentError:
        return False
    return row.event.state == EventState.IN_PROGRESS and row.event.transmitter_id == stand.organisation


def _no_longerawaited() -> ConflictError:
    return ConflictError("attachment_not_awaited", "Cette pièce a déjà été reçue : elle ne peut plus être remplacée.")


def deliver_attachment(*, attachment_id: UUID, actor: Actor, wanted: Wanted | None = None) -> Delivery:
    """Hand a document, or a part of it, to someone entitled to it: a recipient's agent or software, or the applicant.

    The journal entry is committed before the first byte leaves; if it cannot be written, nothing leaves.
    """
    row = (
        Attachment.objects.select_related("folder", "event__case")
        .filter(id=attachment_id, state=AttachmentState.RECEIVED)
        .first()
    )
    grants = _reader_grants(row, actor) if row else None
    if row is None or grants is None or row.file_id is None:
        raise AbsentError("unknown_attachment", "Cette pièce n’existe pas, ou vous ne pouvez pas la voir.")
    facts = stored.facts(row.file_id)
    if facts is None or not stored.is_there(row.file_id):
        raise AbsentError("unknown_attachment", "Cette pièce n’existe plus.")
    part = (
        wanted.of(facts.size, facts.sha256) if wanted else None
    )  # refused, nothing leaves: neither counted nor written
    breaker.pass_or_cut(row, actor, part)
    with transaction.atomic(durable=True):
        ledger.record(
            actor=actor,
            action="attachment.delivered",
            subject=f"attachment:{row.id}",
            grants=grants,
            about=row.folder.applicant_account_id,
            details={"folder": str(row.folder_id), "sha256": facts.sha256.hex()}
            | ({"from": part.start, "to": part.end - 1} if part else {}),
        )
    return Delivery(row.name, row.mime, facts.size, facts.digest, stored.content(row.file_id), part)


def _reader_grants(row: Attachment, actor: Actor) -> tuple[UUID, ...] | None:
    """Return the grants a reader rests on (none for the applicant), or None when they may not read."""
    if actor.kind == "account" and row.folder.applicant_account_id == actor.id:
        # What an agent is still preparing is not yet the applicant's.
        return () if row.event is None or row.event.state != EventState.IN_PROGRESS else None
    # Two look-ups by key rather than one join: on fresh tables the planner, which knows nothing yet, joins badly.
    links = AttachmentRecipient.objects.filter(attachment=row).values_list("case_id", flat=True)
    cases = [row.event.case] if row.event else list(Case.objects.filter(id__in=list(links)))
    for case in cases:
        decision = queries.may_as_recipient(actor, Action.CASE_DOWNLOAD, case)
        if decision.allowed:
            return decision.grants
    if queries.is_depositor(row.folder, actor):
        return ()
    return None
