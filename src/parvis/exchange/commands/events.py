"""Events in steps, as HubEE's clients write them: announce, upload the documents, send, mark as received."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from parvis.catalogue import queries as catalogue
from parvis.core import outbox
from parvis.core.actor import Actor
from parvis.core.clock import now
from parvis.core.errors import AbsentError, ConflictError, Problems
from parvis.core.text import clean, safe_file_name
from parvis.exchange.commands.sides import Standing, locked_case, standing
from parvis.exchange.commands.states import apply_status, check_transition, tell_other_side
from parvis.exchange.enums import AttachmentState, EventState, EventType, Side
from parvis.exchange.events import CaseMoved
from parvis.exchange.models import Attachment, AttachmentRecipient, Case, Event
from parvis.exchange.rules import NewAttachment
from parvis.ledger import commands as ledger


@dataclass(frozen=True, slots=True)
class NewEvent:
    """What one side announces on a case."""

    type: str
    author: str = ""
    message: str = ""
    comment: str = ""
    notify: bool = True
    present_status: str = ""
    new_status: str = ""
    partner_attributes: str = ""
    partner_info: dict[str, str] | None = None
    attachments: Sequence[NewAttachment] = ()


def add_event(*, case_id: UUID, event: NewEvent, actor: Actor) -> Event:
    """Add an event. Documents come afterwards, then `send_event`; any other event is sent at once.

    A STATUS_UPDATE applies its new state by itself: clients since 2025 send no separate PATCH. Raise AbsentError,
    ConflictError (state not allowed now) or DomainError with every defect.
    """
    with transaction.atomic(durable=True):
        case = locked_case(case_id)
        stand = standing(case, actor)
        _check(case, event, stand)
        row = Event(
            case=case,
            transmitter_id=stand.organisation,
            author=clean(event.author),
            type=event.type,
            message=clean(event.message),
            comment=clean(event.comment),
            notify=event.notify,
            present_status=event.present_status or case.status,
            new_status=event.new_status,
            partner_attributes=event.partner_attributes,
            partner_info=event.partner_info,
            state=EventState.IN_PROGRESS if event.type == EventType.ATTACH_DEPOSIT else EventState.SENT,
        )
        row.save(force_insert=True)
        announced_by(row, case, event.attachments)
        if row.state == EventState.SENT:
            _take_effect(case, row, stand)
        _record(case, row, stand, actor, "case.event_added")
    return row


def announced_by(event: Event, case: Case, announced: Sequence[NewAttachment]) -> None:
    """Write the documents that an event announces, for its case."""
    rows = [
        Attachment(
            folder_id=case.folder_id,
            event=event,
            file_id=one.file,
            type=one.type,
            name=safe_file_name(one.name),
            size=one.size,
            mime=one.mime,
            state=AttachmentState.RECEIVED if one.file else AttachmentState.PENDING,
        )
        for one in announced
    ]
    Attachment.objects.bulk_create(rows)
    AttachmentRecipient.objects.bulk_create(AttachmentRecipient(attachment=row, case=case) for row in rows)


def _check(case: Case, event: NewEvent, stand: Standing) -> None:
    problems = Problems()
    process = catalogue.process(case.process_id)
    if event.type not in EventType.values:
        problems.add(
            "unknown_event",
            "« %(type)s » n’est pas un type d’événement.",
            field="actionType",
            params={"type": event.type[:30]},
        )
    if event.type == EventType.ATTACH_DEPOSIT and not event.attachments:
        problems.add("attachment_missing", "Un dépôt de pièces annonce au moins une pièce.", field="attachments")
    if event.type == EventType.SENDING_MESSAGE and event.attachments:
        problems.add("attachment_forbidden", "Un message ne porte pas de pièce.", field="attachments")
    if process is None:
        problems.add("closed_process", "Cette démarche est fermée.")
    elif event.message and not process.messages_allowed:
        problems.add("message_forbidden", "Cette démarche n’admet pas de message.", field="message")
    if process is not None:
        formats = process.answer_formats if stand.side == Side.RECIPIENT else process.attachment_formats
        _check_announced(event, formats, process.max_attachment_bytes, problems)
    problems.refuse_if_any()
    if event.new_status:
        check_transition(case, event.new_status, stand.side)


def _check_announced(event: NewEvent, formats: Sequence[str], limit: int, problems: Problems) -> None:
    for index, announced in enumerate(event.attachments):
        where = f"attachments[{index}]"
        if announced.mime not in formats:
            problems.add(
                "attachment_format",
                "Le format « %(format)s » n’est pas accepté.",
                field=where,
                params={"format": announced.mime},
            )
        if not 0 < announced.size <= limit:
            problems.add(
                "attachment_size",
                "« %(name)s » : taille vide ou trop grande.",
                field=where,
                params={"name": announced.name},
            )


def _take_effect(case: Case, event: Event, stand: Standing) -> None:
    """Apply what a sent event says: its state, its notification, the word to the applicant."""
    if event.new_status and event.type in (
        EventType.STATUS_UPDATE,
        EventType.ATTACH_DEPOSIT,
        EventType.SENDING_MESSAGE,
    ):
        event.former_status = case.status
        event.save(update_fields=("former_status",))
        apply_status(case, event.new_status)
    if not event.notify or event.type == EventType.COM_ADD:
        return
    tell_other_side(case, event, stand)
    if stand.side == Side.RECIPIENT and (event.new_status or event.message):
        outbox.publish(CaseMoved(case=case.id, folder=case.folder_id, event=event.id, status=case.status))


def set_event_state(*, case_id: UUID, event_id: UUID, state: str, actor: Actor) -> None:
    """SENT by its author once every document has come; RECEIVED by the other side. Again changes nothing."""
    with transaction.atomic(durable=True):
        case, event, stand = _event_of(case_id, event_id, actor)
        mine = event.transmitter_id == stand.organisation
        if state == event.state:
            return
        if state == EventState.SENT and mine and event.state == EventState.IN_PROGRESS:
            _send(case, event, stand)
        elif state == EventState.RECEIVED and not mine and event.state == EventState.SENT:
            pass
        else:
            raise ConflictError("forbidden_event_state", "Cet événement ne peut pas prendre cet état.", field="status")
        event.state, event.updated_at = EventState(state), now()
        event.save(update_fields=("state", "updated_at"))
        _record(case, event, stand, actor, "case.event_moved")


def _send(case: Case, event: Event, stand: Standing) -> None:
    if event.attachments.filter(state=AttachmentState.PENDING).exists():
        raise ConflictError("attachments_missing", "Des pièces annoncées n’ont pas encore été reçues.")
    if event.new_status:
        check_transition(case, event.new_status, stand.side)
    _take_effect(case, event, stand)


def delete_event(*, case_id: UUID, event_id: UUID, actor: Actor) -> None:
    """Withdraw a deposit of documents that has not been sent."""
    with transaction.atomic(durable=True):
        case, event, stand = _event_of(case_id, event_id, actor)
        prepared = event.type == EventType.ATTACH_DEPOSIT and event.state == EventState.IN_PROGRESS
        if not prepared or event.transmitter_id != stand.organisation:
            raise ConflictError("already_sent", "Cet événement a déjà été envoyé : il ne peut plus être retiré.")
        event.delete()
        _record(case, event, stand, actor, "case.event_deleted")


def _event_of(case_id: UUID, event_id: UUID, actor: Actor) -> tuple[Case, Event, Standing]:
    case = locked_case(case_id)
    stand = standing(case, actor)
    event = Event.objects.select_for_update().filter(id=event_id, case=case).first()
    hidden = event is not None and event.state == EventState.IN_PROGRESS and event.transmitter_id != stand.organisation
    if event is None or hidden:
        raise AbsentError("unknown_event", "Cet événement n’existe pas, ou vous ne pouvez pas le voir.")
    return case, event, stand


def _record(case: Case, event: Event, stand: Standing, actor: Actor, action: str) -> None:
    ledger.record(
        actor=actor,
        action=action,
        subject=f"case:{case.id}",
        grants=stand.grants,
        about=case.folder.applicant_account_id,
        details={"event": str(event.id), "type": event.type, "status": case.status},
    )
