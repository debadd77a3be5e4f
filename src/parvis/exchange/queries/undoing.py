"""Whether the last decision on a case can still be taken back."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from parvis.core.clock import now
from parvis.exchange.enums import EventState
from parvis.exchange.models import Attachment, Case, Event, Notification
from parvis.ledger import queries as ledger


@dataclass(frozen=True, slots=True)
class Undoable:
    """A decision that can be taken back: the event, the state to return to, and until when."""

    event: Event
    former_status: str
    until: datetime


def undoable(case: Case, *, organisation: UUID) -> Undoable | None:
    """Return the last change of state when this organisation made it and may still take it back, otherwise None.

    It may during its process's window, and as long as nothing came after and the other side has taken nothing: neither
    acknowledged the notification, nor downloaded a document of the decision.
    """
    last = Event.objects.filter(case=case, state__in=(EventState.SENT, EventState.RECEIVED)).order_by("-id")
    event = last.exclude(new_status="").first()
    if event is None or event.transmitter_id != organisation or not _moved(case, event):
        return None
    until = (event.updated_at or event.created_at) + timedelta(minutes=case.process.undo_minutes)
    if now() >= until or event.state == EventState.RECEIVED:
        return None
    if last.filter(id__gt=event.id).exclude(transmitter_id=organisation).exists() or _taken(event):
        return None
    return Undoable(event, event.former_status, until)


def _moved(case: Case, event: Event) -> bool:
    """Tell whether this event put the case where it is, from somewhere else, and is not itself a return."""
    return (
        event.undoes_id is None
        and event.new_status == case.status
        and event.former_status not in ("", event.new_status)
    )


def _taken(event: Event) -> bool:
    if event.notify and not Notification.objects.filter(event=event).exists():
        return True
    documents = Attachment.objects.filter(event=event).values_list("id", flat=True)
    return any(
        ledger.entries_of(f"attachment:{document}").filter(action="attachment.delivered").exists()
        for document in documents
    )
