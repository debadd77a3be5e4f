"""One deposit becomes one case per recipient."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from parvis.access import queries as access
from parvis.access.enums import Action
from parvis.catalogue import queries as catalogue
from parvis.catalogue.enums import CaseStatus
from parvis.core import outbox
from parvis.core.actor import Actor
from parvis.core.clock import now
from parvis.core.errors import AbsentError, ConflictError, Problems
from parvis.core.text import clean, safe_file_name
from parvis.documents import commands as documents
from parvis.documents import queries as stored
from parvis.exchange import queries
from parvis.exchange.enums import AttachmentState
from parvis.exchange.models import Attachment, AttachmentRecipient, Case, Folder, Notification
from parvis.exchange.rules import Deposit, check_deposit
from parvis.ledger import commands as ledger


@dataclass(frozen=True, slots=True)
class DepositedFolder:
    """A folder just deposited: its id, its cases in the order of the recipients, its documents in their order."""

    id: UUID
    status: str
    cases: tuple[UUID, ...]
    attachments: tuple[UUID, ...]


def deposit(*, deposit: Deposit, depositor: UUID, actor: Actor, complete: bool = True) -> DepositedFolder:
    """Create a folder and one case per recipient, all or nothing; every defect is listed in one refusal.

    With ``complete``, and when no document is still to come, the recipients are told at once; otherwise the
    depositor uploads, then calls `complete_folder`. Joins the caller's transaction when there is one.
    Raise RefusedError, ConflictError (external id already used) or DomainError with its problems.
    """
    grants = _require_deposit_right(deposit, depositor, actor)
    _check(deposit)
    try:
        with transaction.atomic():
            # Known before anything is written: the rows are written once, in their final state.
            told_at = now() if complete and all(one.file for one in deposit.attachments) else None
            folder, cases, attachments = _write(deposit, depositor, told_at)
            if told_at:
                _tell(folder, cases)
            ledger.record(
                actor=actor,
                action="folder.deposited",
                subject=f"folder:{folder.id}",
                grants=grants,
                about=deposit.applicant.account,
                details={"process": deposit.process, "cases": len(cases), "attachments": len(attachments)},
            )
    except IntegrityError as error:
        if "folder_external_id_per_depositor" in str(error):
            raise ConflictError(
                "duplicate_external_id",
                "Un dossier « %(number)s » existe déjà. S’il s’agit du même dossier, ne le déposez pas "
                "une seconde fois ; sinon, choisissez un autre identifiant.",
                field="external_id",
                params={"number": deposit.external_id},
            ) from error
        raise
    return DepositedFolder(
        folder.id, folder.status, tuple(case.id for case in cases), tuple(row.id for row in attachments)
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


def _require_deposit_right(deposit: Deposit, depositor: UUID, actor: Actor) -> tuple[UUID, ...]:
    # A citizen needs no grant to send their own request through the platform; for anything else, a grant.
    own = actor.kind == "account" and actor.id is not None and deposit.applicant.account == actor.id
    if own and depositor == queries.platform_depositor():
        return ()
    return access.require(actor, Action.FOLDER_DEPOSIT, organisation=depositor, process=deposit.process).grants


def _check(deposit: Deposit) -> None:
    problems = Problems()
    process = catalogue.process(deposit.process)
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
    subscribed = queries.subscribed(deposit.process, deposit.recipients)
    for recipient in deposit.recipients:
        if recipient not in subscribed:
            problems.add(
                "not_subscribed",
                "Le destinataire %(recipient)s ne reçoit pas la démarche « %(process)s ».",
                field="recipients",
                params={"recipient": recipient, "process": process.name},
            )
    problems.refuse_if_any()


def _write(deposit: Deposit, depositor: UUID, told_at: datetime | None) -> tuple[Folder, list[Case], list[Attachment]]:
    """Write the rows; ``told_at`` is when the recipients are told, None when they will be later."""
    applicant = deposit.applicant
    state = {"status": CaseStatus.HUBEE_NOTIFIED, "updated_at": told_at} if told_at else {}
    folder = Folder(
        external_id=deposit.external_id,
        process_id=deposit.process,
        depositor_id=depositor,
        applicant_account_id=applicant.account,
        applicant_first_name=clean(applicant.first_name),
        applicant_last_name=clean(applicant.last_name),
        applicant_email=applicant.email,
        fields=deposit.fields,
        partner_info=deposit.partner_info,
        **state,
    )
    folder.save(force_insert=True)
    cases = [
        Case(
            folder=folder,
            recipient_id=wanted.recipient,
            process_id=deposit.process,
            external_id=wanted.external_id or f"{deposit.external_id}-{position:02d}",
            partner_attributes=wanted.partner_attributes,
            sent_at=told_at,
            **state,
        )
        for position, wanted in enumerate(deposit.cases, 1)
    ]
    Case.objects.bulk_create(cases)
    return folder, cases, _write_attachments(deposit, folder, cases)


def _write_attachments(deposit: Deposit, folder: Folder, cases: list[Case]) -> list[Attachment]:
    if not deposit.attachments:
        return []
    rows = [
        Attachment(
            folder=folder,
            file_id=announced.file,
            type=announced.type,
            name=safe_file_name(announced.name),
            size=announced.size,
            mime=announced.mime,
            state=AttachmentState.RECEIVED if announced.file else AttachmentState.PENDING,
        )
        for announced in deposit.attachments
    ]
    Attachment.objects.bulk_create(rows)
    AttachmentRecipient.objects.bulk_create(
        AttachmentRecipient(attachment=row, case=cases[position])
        for row, announced in zip(rows, deposit.attachments, strict=True)
        for position in (announced.recipients or range(len(cases)))
    )
    return rows


def _notify(folder: Folder, cases: list[Case]) -> None:
    """Move a folder written before to its next state, and tell every recipient."""
    moment = now()
    folder.status = CaseStatus.HUBEE_NOTIFIED
    folder.updated_at = moment
    folder.save(update_fields=("status", "updated_at"))
    Case.objects.filter(folder=folder).update(status=CaseStatus.HUBEE_NOTIFIED, updated_at=moment, sent_at=moment)
    _tell(folder, cases)


def _tell(folder: Folder, cases: list[Case]) -> None:
    """Tell every recipient. HubEE's HUBEE_COMPLETED is passed through at once: its only effect is this."""
    Notification.objects.bulk_create(
        Notification(
            recipient_id=case.recipient_id, transmitter_id=folder.depositor_id, process_id=folder.process_id, case=case
        )
        for case in cases
    )
    outbox.send("exchange.alert_recipients", folder=folder.id)
