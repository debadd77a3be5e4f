"""Take back a mistaken decision, while it has had no effect on the other side."""

from uuid import UUID

from django.db import transaction

from parvis.core import outbox
from parvis.core.actor import Actor
from parvis.core.errors import ConflictError
from parvis.exchange.commands.sides import Standing, locked_case, standing
from parvis.exchange.commands.states import apply_status, tell_other_side
from parvis.exchange.enums import AttachmentState, EventState, EventType, Side
from parvis.exchange.events import CaseMoved
from parvis.exchange.models import Attachment, Case, Event
from parvis.exchange.queries.undoing import Undoable, undoable
from parvis.ledger import commands as ledger


def undo_state(*, case_id: UUID, actor: Actor) -> UUID:
    """Put a case back in the state that its last decision took it out of. Return the id of the event that says so.

    Nothing is deleted: the story keeps the decision and its return, the other side is told, and the applicant gets a
    correction. The decision's documents are withdrawn. Raise AbsentError, or ConflictError when it is too late.
    """
    with transaction.atomic(durable=True):
        case = locked_case(case_id)
        stand = standing(case, actor)
        mistake = undoable(case, organisation=stand.organisation)
        if mistake is None:
            raise ConflictError(
                "too_late_to_undo",
                "Cette décision ne peut plus être annulée : le délai est passé, ou l’autre partie en a déjà pris "
                "connaissance. Changez l’état du dossier, ou écrivez-lui.",
            )
        event = _returned(case, mistake, stand, actor)
        ledger.record(
            actor=actor,
            action="case.undone",
            subject=f"case:{case.id}",
            grants=stand.grants,
            about=case.folder.applicant_account_id,
            details={"event": str(event.id), "undone": str(mistake.event.id), "status": case.status},
        )
    return event.id


def _returned(case: Case, mistake: Undoable, stand: Standing, actor: Actor) -> Event:
    event = Event(
        case=case,
        transmitter_id=stand.organisation,
        author=actor.label[:255],
        type=EventType.STATUS_UPDATE,
        present_status=case.status,
        former_status=case.status,
        new_status=mistake.former_status,
        state=EventState.SENT,
        undoes=mistake.event,
    )
    event.save(force_insert=True)
    case.closed_at = None
    apply_status(case, mistake.former_status)
    Attachment.objects.filter(event=mistake.event).update(state=AttachmentState.REJECTED)
    tell_other_side(case, event, stand)
    if stand.side == Side.RECIPIENT:
        outbox.publish(
            CaseMoved(case=case.id, folder=case.folder_id, event=event.id, status=case.status, correction=True)
        )
    return event
