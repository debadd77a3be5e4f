"""After sending: what the town hall says to the citizen, what the citizen answers."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from parvis.catalogue.enums import CaseStatus
from parvis.core.actor import Actor
from parvis.core.errors import AbsentError
from parvis.documents import commands as documents
from parvis.exchange import commands as exchange
from parvis.exchange import queries as hub
from parvis.ledger import commands as ledger
from parvis.notifications import commands as notifications
from parvis.teleservices.commands.drafts import FORMATS
from parvis.teleservices.models import Request


@dataclass(frozen=True, slots=True)
class SentFile:
    """A document that the citizen sends with an answer."""

    name: str
    size: int | None
    chunks: Iterable[bytes]


def answer_complement(*, request_id: UUID, message: str, files: Iterable[SentFile], actor: Actor) -> None:
    """Send the town hall what it asked for: a message, documents, or both."""
    row = Request.objects.select_related("service__process").filter(id=request_id, account_id=actor.person).first()
    case = hub.applicant_case(row.folder_id, actor) if row and row.folder_id else None
    if row is None or case is None:
        raise AbsentError("unknown_request", "Cette demande n’existe pas, ou elle n’est pas à vous.")
    received: list[exchange.NewDocument] = []
    try:
        for sent in files:
            expected = documents.Expectation(
                max_bytes=row.service.process.max_attachment_bytes, size=sent.size, allowed=FORMATS
            )
            received.append(exchange.NewDocument("autre", sent.name, documents.receive(sent.chunks, expected)))
        answer = exchange.CaseAnswer(message=message, author=actor.label, documents=received)
        exchange.answer_as_applicant(case_id=case.id, answer=answer, actor=actor)
    except documents.FileRefusedError as error:
        ledger.record_refusal(
            actor=actor, action="case.completed_by_applicant", subject=f"case:{case.id}", details={"code": error.code}
        )
        raise
    finally:
        for document in received:
            documents.discard(document.received)


def tell_applicant(*, folder: UUID, status: str, correction: bool = False) -> None:
    """Write to the citizen that their request moved. The mail says where to read, not what: others may see it."""
    with transaction.atomic(durable=True):
        row = Request.objects.select_related("folder", "service").filter(folder_id=folder).first()
        if row is None or row.folder is None:
            return
        notifications.write_mail(
            to=row.folder.applicant_email,
            template="teleservices/mail/corrected.txt" if correction else "teleservices/mail/moved.txt",
            context={
                "request": row,
                "status": status,
                "label": CaseStatus(status).label,
                "url": settings.SITE_URL + reverse("request", args=[row.id]),
            },
        )
