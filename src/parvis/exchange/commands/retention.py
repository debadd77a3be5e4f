"""How long things stay: bytes, cases, folders, by process; and proof, in the journal, that they are gone.

A document's bytes are removed once every case they were for has let them go. The journal keeps their SHA-256: who
later finds a copy can tell that it was ours, and that we no longer have it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from django.db import models, transaction
from django.db.models import F, ProtectedError, QuerySet, Value

from parvis.catalogue.enums import CaseStatus
from parvis.core import outbox
from parvis.core.actor import SYSTEM, Actor
from parvis.core.clock import now, today
from parvis.documents import commands as documents
from parvis.exchange import queries
from parvis.exchange.enums import AttachmentState
from parvis.exchange.events import FolderExpired
from parvis.exchange.models import Attachment, AttachmentRecipient, Case, Folder
from parvis.ledger import commands as ledger

BATCH = 500


@dataclass(frozen=True, slots=True)
class PurgeReport:
    """What one run removed."""

    documents: int
    archived: int
    folders: int


def let_go(case: Case, status: str) -> None:
    """Note, when a case reaches the state its process names, from which day it no longer needs its documents."""
    process = case.process
    if status == process.status_before_file_deletion:
        day = today() + timedelta(days=process.days_before_file_deletion + 1)
        AttachmentRecipient.objects.filter(case=case, deletable_from=None).update(deletable_from=day)
    elif status not in (CaseStatus.CLOSED, CaseStatus.ARCHIVED):
        # A case opened again needs its documents again, as long as they are there.
        AttachmentRecipient.objects.filter(case=case).update(deletable_from=None)


def purge(*, on: date | None = None) -> PurgeReport:
    """Remove what has outlived its use. Bounded batches, each whole or not at all; safe to run at any time."""
    day = on or today()
    return PurgeReport(_purge_documents(day), _archive(), _delete_folders())


def _purge_documents(day: date) -> int:
    count = 0
    while True:
        with transaction.atomic(durable=True):
            batch = list(_unneeded(day)[:BATCH])
            for row in batch:
                _purge_document(row)
        count += len(batch)
        if len(batch) < BATCH:
            return count


def _unneeded(day: date) -> "QuerySet[Attachment]":
    still_needed = AttachmentRecipient.objects.filter(deletable_from=None) | AttachmentRecipient.objects.filter(
        deletable_from__gt=day
    )
    return (
        Attachment.objects.filter(state=AttachmentState.RECEIVED, attachmentrecipient__isnull=False)
        .exclude(id__in=still_needed.values("attachment_id"))
        .select_for_update(of=("self",), skip_locked=True)
        .order_by("id")
    )


def _purge_document(row: Attachment) -> None:
    file_id, row.file_id, row.state = row.file_id, None, AttachmentState.DELETED
    row.save(update_fields=("file", "state"))
    digest = documents.forget(file_id) if file_id else b""
    ledger.record(
        actor=SYSTEM,
        action="attachment.purged",
        subject=f"attachment:{row.id}",
        purpose="durée de conservation atteinte",
        details={"sha256": digest.hex(), "size": row.size, "type": row.type},
    )


def _archive() -> int:
    with transaction.atomic(durable=True):
        due = Case.objects.filter(
            status=CaseStatus.CLOSED,
            closed_at__lt=Value(now(), models.DateTimeField())
            - F("process__days_before_archiving") * timedelta(days=1),
        )
        ids = list(due.values_list("id", flat=True)[: BATCH * 20])
        Case.objects.filter(id__in=ids).update(status=CaseStatus.ARCHIVED, updated_at=now())
        ledger.record_many(
            ledger.NewEntry(actor=SYSTEM, action="case.archived", subject=f"case:{case_id}") for case_id in ids
        )
    return len(ids)


def _delete_folders() -> int:
    due = (
        Folder.objects.exclude(cases__status__in=[s for s in CaseStatus.values if s != CaseStatus.ARCHIVED])
        .filter(
            cases__closed_at__lt=Value(now(), models.DateTimeField())
            - F("process__days_before_folder_deletion") * timedelta(days=1)
        )
        .exclude(attachments__state=AttachmentState.RECEIVED)
        .distinct()
    )
    count = 0
    for folder in due[:BATCH]:
        with transaction.atomic(durable=True):
            count += _delete_folder(folder)
    return count


def _delete_folder(folder: Folder) -> int:
    """Delete a folder, or ask the contexts above to let it go first: the next run will find it free."""
    folder_id = folder.id
    try:
        with transaction.atomic():
            folder.delete()
            ledger.record(actor=SYSTEM, action="folder.purged", subject=f"folder:{folder_id}")
    except ProtectedError:
        outbox.publish(FolderExpired(folder=folder_id))
        return 0
    return 1


def note_purged(*, pairs: Sequence[tuple[str, str]], actor: Actor) -> None:
    """Write down that a client removed its own copies of documents the hub has let go. Foreign pairs are ignored."""
    attachments = [UUID(attachment) for attachment, _ in pairs]
    known = set(
        AttachmentRecipient.objects.filter(queries.of_cases_read(actor), attachment_id__in=attachments).values_list(
            "attachment_id", "case_id"
        )
    )
    wanted = {(UUID(attachment), UUID(case)) for attachment, case in pairs} & known
    with transaction.atomic(durable=True):
        ledger.record_many(
            ledger.NewEntry(
                actor=actor,
                action="attachment.copy_purged",
                subject=f"attachment:{attachment}",
                details={"case": str(case)},
            )
            for attachment, case in sorted(wanted)
        )
