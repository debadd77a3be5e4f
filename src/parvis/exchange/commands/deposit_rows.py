"""The rows of a deposit: made in memory by one function, written by one statement a table, for one folder or many."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from parvis.catalogue.enums import CaseStatus
from parvis.core import outbox
from parvis.core.actor import Actor
from parvis.core.text import clean, safe_file_name
from parvis.exchange.enums import AttachmentState
from parvis.exchange.models import Attachment, AttachmentRecipient, Case, Folder, Notification
from parvis.exchange.rules import Deposit
from parvis.ledger.commands import NewEntry


@dataclass(frozen=True, slots=True)
class DepositedFolder:
    """A folder just deposited: its id, its cases in the order of the recipients, its documents in their order."""

    id: UUID
    status: str
    cases: tuple[UUID, ...]
    attachments: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class Rows:
    """What one deposit writes."""

    folder: Folder
    cases: Sequence[Case]
    attachments: Sequence[Attachment]
    links: Sequence[AttachmentRecipient]
    told: bool

    def made(self) -> DepositedFolder:
        """Say what was made."""
        cases, attachments = (tuple(row.id for row in rows) for rows in (self.cases, self.attachments))
        return DepositedFolder(self.folder.id, self.folder.status, cases, attachments)


def rows_of(deposit: Deposit, depositor: UUID, told_at: datetime | None, services: Mapping[UUID, UUID | None]) -> Rows:
    """Make the rows in their final state; ``told_at`` is when the recipients are told, None for later.

    ``services`` says in which of its services each recipient receives.
    """
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
    cases = [
        Case(
            folder=folder,
            recipient_id=wanted.recipient,
            unit_id=services[wanted.recipient],
            process_id=deposit.process,
            external_id=number,
            partner_attributes=wanted.partner_attributes,
            sent_at=told_at,
            **state,
        )
        for wanted, number in zip(deposit.cases, deposit.case_numbers, strict=True)
    ]
    attachments = [
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
    links = [
        AttachmentRecipient(attachment=row, case=cases[position])
        for row, announced in zip(attachments, deposit.attachments, strict=True)
        for position in (announced.recipients or range(len(cases)))
    ]
    return Rows(folder, cases, attachments, links, told=told_at is not None)


def write(several: Sequence[Rows]) -> None:
    """Write deposits: a statement a table, whatever their number; recipients are told in the same transaction."""
    # Always in the same order: two calls with the same folders would otherwise wait for each other for ever.
    folders = sorted((rows.folder for rows in several), key=lambda row: (row.depositor_id, row.external_id))
    Folder.objects.bulk_create(folders)
    Case.objects.bulk_create([case for rows in several for case in rows.cases])
    if attachments := [row for rows in several for row in rows.attachments]:
        Attachment.objects.bulk_create(attachments)
        AttachmentRecipient.objects.bulk_create([link for rows in several for link in rows.links])
    if told := [rows for rows in several if rows.told]:
        tell([(rows.folder, rows.cases) for rows in told])


def tell(told: Sequence[tuple[Folder, Sequence[Case]]]) -> None:
    """Tell every recipient. HubEE's HUBEE_COMPLETED is passed through at once: its only effect is this."""
    Notification.objects.bulk_create(
        Notification(
            recipient_id=case.recipient_id, transmitter_id=folder.depositor_id, process_id=folder.process_id, case=case
        )
        for folder, cases in told
        for case in cases
    )
    outbox.send_many("exchange.alert_recipients", [{"folder": folder.id} for folder, _ in told])


def entry_of(rows: Rows, deposit: Deposit, actor: Actor, grants: Sequence[UUID]) -> NewEntry:
    """Return the line of a deposit in the journal."""
    return NewEntry(
        actor=actor,
        action="folder.deposited",
        subject=f"folder:{rows.folder.id}",
        grants=grants,
        about=deposit.applicant.account,
        details={"process": deposit.process, "cases": len(rows.cases), "attachments": len(rows.attachments)},
    )
