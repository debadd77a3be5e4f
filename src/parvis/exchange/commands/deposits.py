"""One deposit becomes one case per recipient."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from parvis.access import queries as access
from parvis.access.enums import Action
from parvis.catalogue import queries as catalogue
from parvis.catalogue.enums import CaseStatus
from parvis.core.actor import Actor
from parvis.core.clock import now
from parvis.core.errors import AbsentError, ConflictError, Problems
from parvis.core.text import safe_file_name
from parvis.documents import commands as documents
from parvis.documents import queries as stored
from parvis.exchange import queries
from parvis.exchange.commands.deposit_rows import DepositedFolder, entry_of, rows_of, tell, write
from parvis.exchange.enums import AttachmentState
from parvis.exchange.models import Attachment, AttachmentRecipient, Case, Folder
from parvis.exchange.rules import Deposit, check_deposit
from parvis.ledger import commands as ledger


def deposit(*, deposit: Deposit, depositor: UUID, actor: Actor, complete: bool = True) -> DepositedFolder:
    """Create a folder and one case per recipient, all or nothing; every defect is listed in one refusal.

    With ``complete``, and when no document is still to come, the recipients are told at once; otherwise the
    depositor uploads, then calls `complete_folder`. Joins the caller's transaction when there is one.
    Raise RefusedError, ConflictError (external id already used) or DomainError with its problems.
    """
    grants = require_right(deposit, depositor, actor)
    known = receiving(deposit.process, deposit.recipients)
    check(deposit, known)
    rows = rows_of(deposit, depositor, told_at(deposit, complete=complete), known.subscribed)
    try:
        with transaction.atomic():
            write([rows])
            ledger.record_entry(entry_of(rows, deposit, actor, grants))
    except IntegrityError as error:
        if "folder_external_id_per_depositor" in str(error):
            raise duplicate(deposit) from error
        raise
    return rows.made()


def duplicate(deposit: Deposit) -> ConflictError:
    """Return the refusal of a folder already there."""
    return ConflictError(
        "duplicate_external_id",
        "Un dossier « %(number)s » existe déjà. S’il s’agit du même dossier, ne le déposez pas "
        "une seconde fois ; sinon, choisissez un autre identifiant.",
        field="external_id",
        params={"number": deposit.external_id},
    )


def complete_folder(*, folder_id: UUID, actor: Actor) -> None:
    """Say that every document has been uploaded: the recipients are told. Doing it twice changes nothing."""
    with transaction.atomic():
        folder = Folder.objects.select_for_update().filter(id=folder_id).first()
        if folder is None or not queries.is_depositor(folder, actor):
            raise AbsentError("unknown_folder", "Ce dossier n’existe pas, ou vous ne pouvez pas le voir.")
        if folder.status != CaseStatus.HUBEE_RECEIVED:
            return
        waiting = folder.attachments.filter(event=None, state=AttachmentState.PENDING).count()
        if waiting:
            raise ConflictError(
                "attachments_missing",
                "%(waiting)s pièce(s) annoncée(s) n’ont pas encore été reçues.",
                params={"waiting": waiting},
            )
        _notify(folder, list(folder.cases.all()))
        ledger.record(actor=actor, action="folder.completed", subject=f"folder:{folder.id}")


def add_document(*, folder_id: UUID, type: str, name: str, data: bytes, actor: Actor) -> None:  # noqa: A002 - the domain's word
    """Add a document that the depositor made itself to a folder not yet complete, for all its recipients.

    Joins the caller's transaction. A document of the same type already there is left alone: the caller may retry.
    """
    with transaction.atomic():
        folder = Folder.objects.select_for_update().filter(id=folder_id).first()
        if folder is None or not queries.is_depositor(folder, actor):
            raise AbsentError("unknown_folder", "Ce dossier n’existe pas, ou vous ne pouvez pas le voir.")
        if folder.status != CaseStatus.HUBEE_RECEIVED or folder.attachments.filter(type=type, event=None).exists():
            return
        file = documents.keep_bytes(data)
        facts = stored.facts_of([file])[file]
        row = Attachment(
            folder=folder,
            file_id=file,
            type=type,
            name=safe_file_name(name),
            size=facts.size,
            mime=facts.mime,
            state=AttachmentState.RECEIVED,
        )
        row.save(force_insert=True)
        AttachmentRecipient.objects.bulk_create(
            AttachmentRecipient(attachment=row, case=case) for case in folder.cases.all()
        )
        ledger.record(actor=actor, action="attachment.received", subject=f"attachment:{row.id}")


def require_right(deposit: Deposit, depositor: UUID, actor: Actor) -> tuple[UUID, ...]:
    """Return the grants that let the actor deposit this for this depositor; raise RefusedError without any."""
    # A citizen needs no grant to send their own request through the platform; for anything else, a grant.
    own = actor.kind == "account" and actor.id is not None and deposit.applicant.account == actor.id
    if own and depositor == queries.platform_depositor():
        return ()
    return access.require(actor, Action.FOLDER_DEPOSIT, organisation=depositor, process=deposit.process).grants


@dataclass(frozen=True, slots=True)
class Receiving:
    """What a process accepts, None when there is no such process; who receives it now, and in which service."""

    process: catalogue.ProcessFacts | None
    subscribed: Mapping[UUID, UUID | None]


def receiving(process: str, recipients: Iterable[UUID]) -> Receiving:
    """Read what is needed to check deposits of one process to these recipients. Two queries."""
    return Receiving(catalogue.process(process), queries.subscribed(process, recipients))


def check(deposit: Deposit, known: Receiving) -> None:
    """Raise DomainError with every defect of a deposit."""
    problems = Problems()
    process = known.process
    if process is None:
        problems.add(
            "unknown_process",
            "La démarche « %(process)s » n’existe pas.",
            field="process",
            params={"process": deposit.process},
        )
        problems.refuse_if_any()
        return
    check_deposit(
        deposit,
        types=process.attachment_types,
        formats=process.attachment_formats,
        max_bytes=process.max_attachment_bytes,
        problems=problems,
    )
    for recipient in deposit.recipients:
        if recipient not in known.subscribed:
            problems.add(
                "not_subscribed",
                "Le destinataire %(recipient)s ne reçoit pas la démarche « %(process)s ».",
                field="recipients",
                params={"recipient": recipient, "process": process.name},
            )
    problems.refuse_if_any()


def told_at(deposit: Deposit, *, complete: bool = True) -> datetime | None:
    """Return when the recipients are told: now, or later when a document is still to come.

    Known before anything is written: the rows are written once, in their final state.
    """
    return now() if complete and all(one.file for one in deposit.attachments) else None


def _notify(folder: Folder, cases: list[Case]) -> None:
    """Move a folder written before to its next state, and tell every recipient."""
    moment = now()
    folder.status = CaseStatus.HUBEE_NOTIFIED
    folder.updated_at = moment
    folder.save(update_fields=("status", "updated_at"))
    Case.objects.filter(folder=folder).update(status=CaseStatus.HUBEE_NOTIFIED, updated_at=moment, sent_at=moment)
    tell([(folder, cases)])
