"""What a recipient does with a case, and what the applicant answers."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from parvis.access import queries as access
from parvis.access.enums import Action
from parvis.catalogue import queries as catalogue
from parvis.catalogue.enums import CaseStatus
from parvis.core import outbox
from parvis.core.actor import Actor
from parvis.core.errors import AbsentError, ConflictError, DomainError
from parvis.core.text import clean
from parvis.documents import commands as documents
from parvis.exchange import queries
from parvis.exchange.commands.events import announced_by
from parvis.exchange.commands.sides import Standing, locked_case, require_recipient, standing, unknown_case
from parvis.exchange.commands.states import apply_status, check_transition, tell_other_side
from parvis.exchange.enums import EventState, EventType, Side
from parvis.exchange.events import CaseMoved
from parvis.exchange.models import Case, Event, Notification
from parvis.exchange.rules import NewAttachment
from parvis.ledger import commands as ledger

MAX_MESSAGE = 1000
# Not yet announced to its recipient, who must not see it.
UNTOLD = frozenset({CaseStatus.HUBEE_RECEIVED, CaseStatus.HUBEE_COMPLETED})
MAX_ANSWER_BYTES = 10 * 1024 * 1024
NEEDS_MESSAGE = frozenset({CaseStatus.ADD_AWAITING, CaseStatus.REFUSED})


@dataclass(frozen=True, slots=True)
class NewDocument:
    """A document joined to an answer: already received and checked, not yet kept."""

    type: str
    name: str
    received: documents.ReceivedFile


@dataclass(frozen=True, slots=True)
class CaseAnswer:
    """What one side says on a case: a state, a message to the other side, an internal note, documents."""

    status: str = ""
    message: str = ""
    comment: str = ""
    author: str = ""
    documents: Sequence[NewDocument] = ()


def receive_document(kind: str, name: str, chunks: Iterable[bytes]) -> NewDocument:
    """Take a document to join to an answer. Raise FileRefusedError when it is empty, cut or too large."""
    return NewDocument(kind, name, documents.receive(chunks, documents.Expectation(max_bytes=MAX_ANSWER_BYTES)))


def open_case(*, case_id: UUID, actor: Actor) -> None:
    """Note that an agent has read a case: personal data was seen, so it is journaled (and a new case becomes sent)."""
    with transaction.atomic(durable=True):
        case = locked_case(case_id)
        grants = require_recipient(case, actor, Action.CASE_READ)
        if case.status == CaseStatus.HUBEE_NOTIFIED:
            apply_status(case, CaseStatus.SENT)
        ledger.record(
            actor=actor,
            action="case.read",
            subject=f"case:{case.id}",
            grants=grants,
            about=case.folder.applicant_account_id,
        )


def read_case(*, case_id: UUID, actor: Actor) -> tuple[Case, Side]:
    """Read a case from either side, without moving it; personal data is seen, so the reading is journaled first."""
    case = Case.objects.select_related("folder__depositor", "process", "recipient").filter(id=case_id).first()
    if case is None:
        raise unknown_case()
    stand = standing(case, actor, read_only=True)
    if stand.side == Side.RECIPIENT and case.status in UNTOLD:
        raise unknown_case()
    with transaction.atomic(durable=True):
        ledger.record(
            actor=actor,
            action="case.read",
            subject=f"case:{case.id}",
            grants=stand.grants,
            about=case.folder.applicant_account_id,
        )
    return case, stand.side


def move_case(*, case_id: UUID, answer: CaseAnswer, actor: Actor) -> UUID:
    """Change a case's state, write to the applicant, join documents: one event, told to the other side.

    The same state again, without message nor document, is accepted: clients repeat themselves. Joins the caller's
    transaction when there is one. Raise AbsentError,
    RefusedError, ConflictError (transition not allowed) or DomainError.
    """
    with _unused_discarded(answer), transaction.atomic():
        case = locked_case(case_id)
        grants = require_recipient(case, actor, Action.CASE_PROCESS)
        _check_answer(case, answer)
        event = _write_event(case, answer, transmitter=case.recipient_id)
        if answer.status:
            apply_status(case, answer.status)
        if answer.message or answer.documents or answer.status:
            stand = Standing(Side.RECIPIENT, case.recipient_id, case.folder.depositor_id, grants)
            tell_other_side(case, event, stand)
            outbox.publish(CaseMoved(case=case.id, folder=case.folder_id, event=event.id, status=case.status))
        ledger.record(
            actor=actor,
            action="case.moved",
            subject=f"case:{case.id}",
            grants=grants,
            about=case.folder.applicant_account_id,
            details={"event": str(event.id), "status": case.status, "documents": len(answer.documents)},
        )
    return event.id


def answer_as_applicant(*, case_id: UUID, answer: CaseAnswer, actor: Actor) -> UUID:
    """Send what the recipient asked for. The case is new again for it, at the top of its inbox."""
    with _unused_discarded(answer), transaction.atomic(durable=True):
        case = locked_case(case_id)
        if actor.kind != "account" or case.folder.applicant_account_id != actor.id:
            raise unknown_case()
        if case.status != CaseStatus.ADD_AWAITING:
            raise ConflictError(
                "no_complement_asked", "Votre mairie n’attend pas de complément sur ce dossier pour le moment."
            )
        if not clean(answer.message) and not answer.documents:
            raise DomainError("empty_answer", "Écrivez votre réponse ou joignez un document.", field="message")
        event = _write_event(case, answer, transmitter=case.folder.depositor_id)
        apply_status(case, CaseStatus.HUBEE_NOTIFIED)
        stand = Standing(Side.DEPOSITOR, case.folder.depositor_id, case.recipient_id, ())
        tell_other_side(case, event, stand)
        ledger.record(actor=actor, action="case.completed_by_applicant", subject=f"case:{case.id}", about=actor.id)
    return event.id


def acknowledge(*, notification_id: UUID, actor: Actor) -> None:
    """Forget a notification that was taken into account. Raise AbsentError when it is not this actor's."""
    with transaction.atomic(durable=True):
        found = Notification.objects.select_for_update(of=("self",)).select_related("case")
        row = found.filter(id=notification_id).first()
        decision = _may_acknowledge(row, actor) if row else None
        if row is None or decision is None or not decision.allowed:
            raise AbsentError("unknown_notification", "Cette notification n’existe pas ou a déjà été acquittée.")
        row.delete()
        ledger.record(
            actor=actor, action="notification.acknowledged", subject=f"case:{row.case_id}", grants=decision.grants
        )


def acknowledge_many(*, notifications: Sequence[UUID], actor: Actor) -> list[UUID]:
    """Forget those of these notifications that are this actor's, all together; return which. Set-based."""
    with transaction.atomic():
        rows = list(
            Notification.objects.select_for_update(of=("self",))
            .filter(queries.announced_to(actor), id__in=notifications)
            .order_by("id")  # always in the same order: two callers never wait for each other
            .values_list("id", "case_id")
        )
        Notification.objects.filter(id__in=[row for row, _ in rows]).delete()
        ledger.record_many(
            ledger.NewEntry(actor=actor, action="notification.acknowledged", subject=f"case:{case}") for _, case in rows
        )
    return [row for row, _ in rows]


def _may_acknowledge(row: Notification, actor: Actor) -> access.Decision:
    """The right to read what the notification announces, as its recipient or as its depositor."""
    # A service of the recipient; for the depositor, whose notification it may be, that service is somebody else's.
    decision = access.may(
        actor, Action.CASE_READ, organisation=row.recipient_id, process=row.process_id, unit=row.case.unit_id
    )
    if decision.allowed:
        return decision
    return access.may(actor, Action.FOLDER_READ, organisation=row.recipient_id, process=row.process_id)


@contextmanager
def _unused_discarded(answer: CaseAnswer) -> Iterator[None]:
    """Remove the documents of an answer that was refused; those that were kept have already moved."""
    try:
        yield
    finally:
        for document in answer.documents:
            documents.discard(document.received)


def _check_answer(case: Case, answer: CaseAnswer) -> None:
    process = catalogue.process(case.process_id)
    if process is None:
        raise ConflictError("closed_process", "Cette démarche est fermée.")
    if answer.status:
        check_transition(case, answer.status, Side.RECIPIENT)
    if len(answer.message) > MAX_MESSAGE or len(answer.comment) > MAX_MESSAGE:
        raise DomainError(
            "message_too_long",
            "Le message est limité à %(most)s caractères.",
            field="message",
            params={"most": MAX_MESSAGE},
        )
    if answer.status in NEEDS_MESSAGE and answer.status != case.status and not clean(answer.message):
        raise DomainError(
            "message_missing", "Expliquez votre décision au demandeur : ce message lui sera envoyé.", field="message"
        )
    for document in answer.documents:
        if document.received.mime not in process.answer_formats:
            raise DomainError("wrong_format", "La réponse doit être un fichier PDF.", field="document")


def _write_event(case: Case, answer: CaseAnswer, *, transmitter: UUID) -> Event:
    if answer.documents:
        kind = EventType.ATTACH_DEPOSIT
    elif answer.status:
        kind = EventType.STATUS_UPDATE
    elif answer.message:
        kind = EventType.SENDING_MESSAGE
    else:
        kind = EventType.COM_ADD
    event = Event(
        case=case,
        transmitter_id=transmitter,
        author=answer.author[:255],
        type=kind,
        message=clean(answer.message),
        comment=clean(answer.comment),
        present_status=case.status,
        new_status=answer.status,
        former_status=case.status if answer.status else "",
        state=EventState.SENT,
    )
    event.save(force_insert=True)
    announced_by(
        event,
        case,
        [
            NewAttachment(
                document.type,
                document.name,
                document.received.size,
                document.received.mime,
                documents.keep(document.received),
            )
            for document in answer.documents
        ],
    )
    return event
