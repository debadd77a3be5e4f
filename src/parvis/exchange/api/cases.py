"""Cases: list, read, act."""

import base64
import binascii
import hashlib
from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.http import parse_etags
from ninja import Query, Router, Schema, Status
from pydantic import Field

from parvis.core.errors import DomainError
from parvis.core.http import etag
from parvis.exchange import commands, queries
from parvis.exchange.api.callers import actor_of, reference
from parvis.exchange.api.examples import ID, shown
from parvis.exchange.api.headers import IDEMPOTENCY_KEY, IF_NONE_MATCH, described
from parvis.exchange.api.idempotency import idempotent
from parvis.exchange.api.paging import after, bounded, page
from parvis.exchange.api.shapes import ApplicantIn, AttachmentOut, CaseOut
from parvis.exchange.models import Attachment, Case

router = Router(tags=["cases"])


class CaseFilters(Schema):
    """Which cases, and where the list goes on."""

    status: list[str] = Field(default_factory=list)
    process: list[str] = Field(default_factory=list)
    siret: str = ""
    branch: str = ""
    updated_since: datetime | None = None
    text: str = ""
    limit: int = 50
    cursor: str = ""


class DocumentIn(Schema):
    """A document joined to an answer, in base 64 (10 MB at most)."""

    type: Annotated[str, Field(max_length=100)] = "autre"
    name: Annotated[str, Field(max_length=255)]
    content: Annotated[str, Field(max_length=14 * 1024 * 1024)]


class EventIn(Schema):
    """A change of state, a message to the applicant, an internal comment, documents: at least one."""

    model_config = shown(
        {"status": "SI_RECEIVED", "message": "Votre demande est bien arrivée.", "author": "Alix Petit"}
    )

    status: Annotated[str, Field(max_length=15)] = ""
    message: Annotated[str, Field(max_length=1000)] = ""
    comment: Annotated[str, Field(max_length=1000)] = ""
    author: Annotated[str, Field(max_length=255)] = ""
    documents: Annotated[list[DocumentIn], Field(max_length=10)] = []


class EventOut(Schema):
    """An event taken."""

    model_config = shown({"id": ID, "status": "SI_RECEIVED"})

    id: UUID
    status: str


class EventRead(Schema):
    """An event of a case's story."""

    model_config = shown(
        {
            "id": ID,
            "type": "STATUS_UPDATE",
            "by": "recipient",
            "author": "Alix Petit",
            "message": "",
            "comment": "",
            "former_status": "SENT",
            "new_status": "SI_RECEIVED",
            "attachments": [],
            "created_at": "2026-11-24T09:00:00Z",
        }
    )

    id: UUID
    type: str
    by: str
    author: str
    message: str
    comment: str
    former_status: str
    new_status: str
    attachments: list[AttachmentOut]
    created_at: datetime


@router.get("/cases", response=list[CaseOut], summary="List and search cases")
def list_cases(request: HttpRequest, response: HttpResponse, filters: Query[CaseFilters]) -> list[CaseOut]:
    """Return the newest cases that this credential may read, without their documents.

    ``text`` looks in the applicant's names and in the numbers. The next page is in the ``Link`` header.
    """
    limit = bounded(filters.limit)
    rows = queries.narrowed(
        queries.inbox(actor_of(request), statuses=[one for one in filters.status if one], text=filters.text[:100]),
        processes=filters.process,
        siret=filters.siret,
        branch=filters.branch,
        updated_since=filters.updated_since,
        before=after(filters.cursor),
    )
    return [_case(row, []) for row in page(request, response, list(rows[: limit + 1]), limit)]


@router.get(
    "/cases/{case_id}",
    response={200: CaseOut, 304: None},
    summary="Read a case",
    openapi_extra=described(IF_NONE_MATCH),
)
def read_case(request: HttpRequest, response: HttpResponse, case_id: UUID) -> Any:
    """Return a case with its documents. Reading it is journaled, even when it has not changed (304)."""
    actor = actor_of(request)
    commands.open_case(case_id=case_id, actor=actor)
    case = queries.recipient_case(case_id, actor)
    shape = _case(case, queries.case_documents(case))
    # Of what is shown, not of a date: a document that was purged changes it too.
    tag = etag(hashlib.sha256(shape.model_dump_json().encode()).digest())
    response["ETag"], response["Cache-Control"] = tag, "private, no-cache"
    return Status(304, None) if tag in parse_etags(request.headers.get("If-None-Match", "")) else shape


def _case(case: Case, documents: list[Attachment]) -> CaseOut:
    folder = case.folder
    return CaseOut(
        id=case.id,
        folder=folder.id,
        external_id=case.external_id,
        process=case.process_id,
        status=case.status,
        recipient=reference(case.recipient),
        applicant=ApplicantIn(
            first_name=folder.applicant_first_name, last_name=folder.applicant_last_name, email=folder.applicant_email
        ),
        fields=folder.fields,
        created_at=case.created_at,
        updated_at=case.updated_at,
        attachments=_documents(documents),
    )


def _documents(rows: Iterable[Attachment]) -> list[AttachmentOut]:
    return [
        AttachmentOut(id=d.id, type=d.type, name=d.name, size=d.size, mime=d.mime, state=d.state, signature=d.signature)
        for d in rows
    ]


@router.post(
    "/cases/{case_id}/events",
    response={201: EventOut},
    summary="Act on a case",
    openapi_extra=described(IDEMPOTENCY_KEY),
)
@idempotent
def add_event(request: HttpRequest, case_id: UUID, body: EventIn) -> Status[EventOut]:
    """Change a case's state, write to the applicant, join documents."""
    if not (body.status or body.message or body.comment or body.documents):
        raise DomainError("empty_event", "Indiquez un état, un message, un commentaire ou un document.")
    documents = [commands.receive_document(d.type, d.name, (_content(d.content),)) for d in body.documents]
    actor = actor_of(request)
    event = commands.move_case(
        case_id=case_id,
        answer=commands.CaseAnswer(body.status, body.message, body.comment, body.author or actor.label, documents),
        actor=actor,
    )
    return Status(201, EventOut(id=event, status=queries.recipient_case(case_id, actor).status))


def _content(encoded: str) -> bytes:
    try:
        return base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError) as error:
        raise DomainError("bad_base64", "Le contenu du document n’est pas en base 64.", field="documents") from error


@router.get("/cases/{case_id}/events", response=list[EventRead], summary="Read a case's story")
def list_events(request: HttpRequest, case_id: UUID) -> list[EventRead]:
    """Return the events of a case, oldest first, internal notes included."""
    case, side = commands.read_case(case_id=case_id, actor=actor_of(request))
    return [
        EventRead(
            id=event.id,
            type=event.type,
            by="depositor" if event.transmitter_id == case.folder.depositor_id else "recipient",
            author=event.author,
            message=event.message,
            comment=event.comment,
            former_status=event.present_status,
            new_status=event.new_status,
            created_at=event.created_at,
            attachments=_documents(event.attachments.all()),
        )
        for event in queries.events_for(case, side)
    ]
