"""Changing the state of a case or of a folder, whoever asks and by whichever way."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from parvis.catalogue import queries as catalogue
from parvis.catalogue.enums import CaseStatus
from parvis.core import outbox
from parvis.core.actor import Actor
from parvis.core.clock import now
from parvis.core.errors import AbsentError, ConflictError, DomainError
from parvis.exchange import queries
from parvis.exchange.commands.deposits import complete_folder
from parvis.exchange.commands.retention import let_go
from parvis.exchange.commands.sides import SETTABLE, Standing, locked_case, standing
from parvis.exchange.enums import Side
from parvis.exchange.models import Case, Event, Folder, Notification
from parvis.ledger import commands as ledger

FOLDER_STATES = frozenset(
    {
        CaseStatus.SENT,
        CaseStatus.SI_RECEIVED,
        CaseStatus.IN_PROGRESS,
        CaseStatus.ADD_AWAITING,
        CaseStatus.REFUSED,
        CaseStatus.DONE,
        CaseStatus.CLOSED,
    }
)


def set_case_status(*, case_id: UUID, status: str, actor: Actor) -> None:
    """Change a case's state without an event (HubEE's PATCH). The state it already has is accepted again."""
    with transaction.atomic(durable=True):
        case = locked_case(case_id)
        stand = standing(case, actor)
        if case.status == status:
            return
        check_transition(case, status, stand.side)
        apply_status(case, status)
        ledger.record(
            actor=actor,
            action="case.moved",
            subject=f"case:{case.id}",
            grants=stand.grants,
            about=case.folder.applicant_account_id,
            details={"status": case.status},
        )


def check_transition(case: Case, status: str, side: Side) -> None:
    """Raise DomainError or ConflictError when this side may not put the case in this state now."""
    if status not in CaseStatus.values:
        raise DomainError(
            "unknown_status", "L’état « %(status)s » n’existe pas.", field="status", params={"status": status[:30]}
        )
    wanted = CaseStatus(status)
    if wanted not in SETTABLE[side] and status != case.status:
        raise ConflictError(
            "not_yours_to_set",
            "L’état « %(status)s » n’est pas de votre ressort.",
            field="status",
            params={"status": wanted.label},
        )
    if not catalogue.may_follow(case.process.workflow, case.status, status):
        raise ConflictError(
            "forbidden_transition",
            "Un dossier « %(present)s » ne peut pas passer à « %(wanted)s ».",
            params={"present": CaseStatus(case.status).label, "wanted": wanted.label},
            field="status",
        )


def apply_status(case: Case, status: str) -> None:
    """Write a state already checked. HUBEE_COMPLETED is passed through at once: its only effect is to notify."""
    case.status = CaseStatus.HUBEE_NOTIFIED if status == CaseStatus.HUBEE_COMPLETED else CaseStatus(status)
    case.updated_at = now()
    if case.status == CaseStatus.CLOSED:
        case.closed_at = case.updated_at
    case.save(update_fields=("status", "updated_at", "closed_at"))
    let_go(case, case.status)


def tell_other_side(case: Case, event: Event, stand: Standing) -> None:
    """Put the event in the other side's queue, in the present transaction."""
    told = Notification.objects.create(
        recipient_id=stand.other,
        transmitter_id=stand.organisation,
        process_id=case.process_id,
        case=case,
        event=event,
    )
    outbox.send("exchange.queue_webhooks", notifications=[str(told.id)])
    if stand.side == Side.DEPOSITOR:
        outbox.send("exchange.alert_recipients", folder=case.folder_id)


def set_folder_status(*, folder_id: UUID, status: str, actor: Actor, closed_at: datetime | None = None) -> None:
    """Change a folder's global state. HUBEE_COMPLETED tells the recipients; no other state changes the cases."""
    if status == CaseStatus.HUBEE_COMPLETED:
        complete_folder(folder_id=folder_id, actor=actor)
        return
    with transaction.atomic(durable=True):
        folder = Folder.objects.select_for_update().filter(id=folder_id).first()
        if folder is None or not queries.is_depositor(folder, actor):
            raise AbsentError("unknown_folder", "Ce dossier n’existe pas, ou vous ne pouvez pas le voir.")
        if status not in FOLDER_STATES and status != folder.status:
            raise DomainError(
                "unknown_status",
                "L’état « %(status)s » ne convient pas ici.",
                field="globalStatus",
                params={"status": status[:30]},
            )
        folder.status = CaseStatus(status)
        folder.updated_at = now()
        if folder.status == CaseStatus.CLOSED:
            # Retention counts from here: a clock ahead of ours must not delay it, nor one behind bring it forward.
            folder.closed_at = max(folder.created_at, min(closed_at or folder.updated_at, folder.updated_at))
        folder.save(update_fields=("status", "updated_at", "closed_at"))
        ledger.record(
            actor=actor, action="folder.moved", subject=f"folder:{folder.id}", details={"status": folder.status}
        )


def delete_folder(*, folder_id: UUID, actor: Actor) -> None:
    """Withdraw a folder that nobody has been told about yet. Its documents go with it."""
    with transaction.atomic(durable=True):
        folder = Folder.objects.select_for_update().filter(id=folder_id).first()
        if folder is None or not queries.is_depositor(folder, actor):
            raise AbsentError("unknown_folder", "Ce dossier n’existe pas, ou vous ne pouvez pas le voir.")
        told = (
            Notification.objects.filter(case__folder=folder).exists()
            or Event.objects.filter(case__folder=folder).exists()
        )
        if folder.status != CaseStatus.HUBEE_RECEIVED or told:
            raise ConflictError(
                "already_sent", "Ce dossier a déjà été transmis : il ne peut plus être supprimé, seulement clos."
            )
        folder.delete()
        ledger.record(actor=actor, action="folder.deleted", subject=f"folder:{folder_id}")
