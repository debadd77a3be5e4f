"""The hub over HTTP, for software. Same commands as the pages; the shapes here are the public contract."""

import base64
import binascii
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from django.http import HttpRequest, StreamingHttpResponse
from ninja import Router, Schema, Status
from pydantic import Field

from parvis.core.actor import Actor
from parvis.core.errors import DomainError, Problems
from parvis.core.http import file_response
from parvis.directory import queries as directory
from parvis.exchange import commands, queries
from parvis.exchange.models import Attachment, Case, Notification

router = Router(tags=["exchange"])
CHUNK = 64 * 1024
MAX_RECIPIENTS, MAX_ATTACHMENTS = 50, 200


class OrganisationRef(Schema):
    """An organisation, as the hub names it: SIRET and branch (INSEE code for a commune)."""

    siret: Annotated[str, Field(pattern=r"^\d{14}$")]
    branch: Annotated[str, Field(max_length=10)] = "00000"


class ApplicantIn(Schema):
    """The person the folder is about."""

    first_name: Annotated[str, Field(max_length=255)]
    last_name: Annotated[str, Field(max_length=255)]
    email: Annotated[str, Field(max_length=320)] = ""


class AttachmentIn(Schema):
    """A document announced; its bytes follow by PUT. ``recipients`` are positions in the list of recipients."""

    type: Annotated[str, Field(max_length=100)]
    name: Annotated[str, Field(max_length=255)]
    size: Annotated[int, Field(gt=0)]
    mime: Annotated[str, Field(max_length=255)]
    recipients: Annotated[list[int], Field(max_length=MAX_RECIPIENTS)] = []


class FolderIn(Schema):
    """A deposit."""

    process: Annotated[str, Field(max_length=30)]
    external_id: Annotated[str, Field(min_length=1, max_length=30)]
    depositor: OrganisationRef
    applicant: ApplicantIn
    recipients: Annotated[list[OrganisationRef], Field(min_length=1, max_length=MAX_RECIPIENTS)]
    attachments: Annotated[list[AttachmentIn], Field(max_length=MAX_ATTACHMENTS)] = []
    fields: dict[str, str | int | float | bool | None] = {}


class FolderOut(Schema):
    """A deposit taken: ids in the order of the request."""

    id: UUID
    status: str
    cases: list[UUID]
    attachments: list[UUID]


class AttachmentOut(Schema):
    """A document that can be downloaded."""

    id: UUID
    type: str
    name: str
    size: int
    mime: str
    state: str


class CaseOut(Schema):
    """A case, as its recipient sees it."""

    id: UUID
    folder: UUID
    external_id: str
    process: str
    status: str
    recipient: OrganisationRef
    applicant: ApplicantIn
    fields: dict[str, Any]
    created_at: datetime
    updated_at: datetime
    attachments: list[AttachmentOut] = []


class NotificationOut(Schema):
    """Something new: a case (no event) or an event on a case."""

    id: UUID
    case: UUID
    event: UUID | None
    event_type: str | None
    process: str
    at: datetime


class DocumentIn(Schema):
    """A document joined to an answer, in base 64 (10 MB at most)."""

    type: Annotated[str, Field(max_length=100)] = "autre"
    name: Annotated[str, Field(max_length=255)]
    content: Annotated[str, Field(max_length=14 * 1024 * 1024)]


class EventIn(Schema):
    """A change of state, a message to the applicant, an internal comment, documents: at least one."""

    status: Annotated[str, Field(max_length=15)] = ""
    message: Annotated[str, Field(max_length=1000)] = ""
    comment: Annotated[str, Field(max_length=1000)] = ""
    author: Annotated[str, Field(max_length=255)] = ""
    documents: Annotated[list[DocumentIn], Field(max_length=10)] = []


class EventOut(Schema):
    """An event taken."""

    id: UUID
    status: str


def actor_of(request: HttpRequest) -> Actor:
    """Return the machine that the token names (set by the API's authentication)."""
    actor: Actor = request.auth  # type: ignore[attr-defined]
    return actor


@router.post("/folders", response={201: FolderOut}, summary="Deposit a folder")
def deposit_folder(request: HttpRequest, body: FolderIn) -> Status[FolderOut]:
    """Create a folder and one case per recipient, all or nothing. Every defect is listed."""
    depositor, *recipients = _resolve([body.depositor, *body.recipients])
    made = commands.deposit(
        deposit=commands.Deposit(
            process=body.process,
            external_id=body.external_id,
            applicant=commands.Applicant(body.applicant.first_name, body.applicant.last_name, body.applicant.email),
            cases=[commands.NewCase(recipient) for recipient in recipients],
            attachments=[
                commands.NewAttachment(a.type, a.name, a.size, a.mime, None, a.recipients) for a in body.attachments
            ],
            fields=body.fields,
        ),
        depositor=depositor,
        actor=actor_of(request),
    )
    return Status(
        201, FolderOut(id=made.id, status=made.status, cases=list(made.cases), attachments=list(made.attachments))
    )


def _resolve(refs: list[OrganisationRef]) -> list[UUID]:
    """Return the organisations' ids, or refuse with every one that is unknown. One query for all of them."""
    known = directory.organisations_for([(ref.siret, ref.branch) for ref in refs])
    problems = Problems()
    for ref in refs:
        if (ref.siret, ref.branch) not in known:
            problems.add(
                "unknown_organisation",
                "Aucune organisation ne porte le SIRET %(siret)s et le code %(branch)s. Vérifiez-les.",
                field="recipients",
                params={"siret": ref.siret, "branch": ref.branch},
            )
    problems.refuse_if_any()
    return [known[ref.siret, ref.branch] for ref in refs]


@router.put("/attachments/{attachment_id}/content", response={204: None}, summary="Upload a document")
def upload_attachment(request: HttpRequest, attachment_id: UUID) -> Status[None]:
    """Send the bytes of an announced document as the raw body; ``Digest: <SHA-256 in base 64>`` is checked if given."""
    commands.receive_attachment(
        attachment_id=attachment_id,
        chunks=iter(lambda: request.read(CHUNK), b""),
        sha256=_digest(request.headers.get("Digest", "")),
        actor=actor_of(request),
    )
    return Status(204, None)


def _digest(header: str) -> bytes | None:
    if not header:
        return None
    try:
        value = base64.b64decode(header, validate=True)
    except (binascii.Error, ValueError):
        value = b""
    if len(value) != 32:  # noqa: PLR2004 - SHA-256
        raise DomainError("bad_digest", "L’en-tête Digest doit être un SHA-256 en base 64.", field="Digest")
    return value


@router.post("/folders/{folder_id}/complete", response={204: None}, summary="Tell the recipients")
def complete_folder(request: HttpRequest, folder_id: UUID) -> Status[None]:
    """Say that every document has been uploaded. Doing it twice changes nothing."""
    commands.complete_folder(folder_id=folder_id, actor=actor_of(request))
    return Status(204, None)


@router.get("/notifications", response=list[NotificationOut], summary="What is new")
def list_notifications(request: HttpRequest, limit: int = 25) -> list[NotificationOut]:
    """Return what is new for this credential's organisations, oldest first, 100 at most."""
    found = queries.notifications(actor_of(request), limit=max(1, min(limit, 100)))
    return [_notification(row) for row in found]


def _notification(row: Notification) -> NotificationOut:
    return NotificationOut(
        id=row.id,
        case=row.case_id,
        event=row.event_id,
        event_type=row.event.type if row.event else None,
        process=row.process_id,
        at=row.at,
    )


@router.delete("/notifications/{notification_id}", response={204: None}, summary="Acknowledge")
def acknowledge(request: HttpRequest, notification_id: UUID) -> Status[None]:
    """Forget a notification that was taken into account."""
    commands.acknowledge(notification_id=notification_id, actor=actor_of(request))
    return Status(204, None)


@router.get("/cases", response=list[CaseOut], summary="List cases")
def list_cases(request: HttpRequest, status: str = "", limit: int = 50) -> list[CaseOut]:
    """Return the newest cases that this credential may read, without their documents."""
    rows = queries.inbox(actor_of(request), statuses=[status] if status else ())[: max(1, min(limit, 200))]
    return [_case(row, []) for row in rows]


@router.get("/cases/{case_id}", response=CaseOut, summary="Read a case")
def read_case(request: HttpRequest, case_id: UUID) -> CaseOut:
    """Return a case with its documents. Reading it is journaled."""
    actor = actor_of(request)
    commands.open_case(case_id=case_id, actor=actor)
    case = queries.recipient_case(case_id, actor)
    return _case(case, queries.case_documents(case))


def _case(case: Case, documents: list[Attachment]) -> CaseOut:
    folder = case.folder
    return CaseOut(
        id=case.id,
        folder=folder.id,
        external_id=case.external_id,
        process=case.process_id,
        status=case.status,
        recipient=OrganisationRef(siret=case.recipient.siret, branch=case.recipient.branch_code),
        applicant=ApplicantIn(
            first_name=folder.applicant_first_name, last_name=folder.applicant_last_name, email=folder.applicant_email
        ),
        fields=folder.fields,
        created_at=case.created_at,
        updated_at=case.updated_at,
        attachments=[
            AttachmentOut(id=d.id, type=d.type, name=d.name, size=d.size, mime=d.mime, state=d.state) for d in documents
        ],
    )


@router.get("/attachments/{attachment_id}/content", summary="Download a document", response={200: bytes})
def download_attachment(request: HttpRequest, attachment_id: UUID) -> StreamingHttpResponse:
    """Return a document's bytes. The delivery is journaled before the first byte leaves."""
    return file_response(commands.deliver_attachment(attachment_id=attachment_id, actor=actor_of(request)))


@router.post("/cases/{case_id}/events", response={201: EventOut}, summary="Act on a case")
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


class EndpointIn(Schema):
    """An address to call, for one organisation and one process (all by default)."""

    organisation: OrganisationRef
    url: Annotated[str, Field(max_length=500)]
    process: Annotated[str, Field(max_length=30)] = "*"


class EndpointOut(Schema):
    """An endpoint just made; its secret is shown this once."""

    id: UUID
    url: str
    secret: str


@router.post("/webhooks", response={201: EndpointOut}, summary="Be told instead of asking")
def add_webhook(request: HttpRequest, body: EndpointIn) -> Status[EndpointOut]:
    """Register an endpoint. Messages are signed per the Standard Webhooks specification and tried for 31 hours."""
    (organisation,) = _resolve([body.organisation])
    made = commands.add_endpoint(organisation=organisation, url=body.url, process=body.process, actor=actor_of(request))
    return Status(201, EndpointOut(id=made.id, url=made.url, secret=made.secret))


@router.delete("/webhooks/{endpoint_id}", response={204: None}, summary="Stop being told")
def remove_webhook(request: HttpRequest, endpoint_id: UUID) -> Status[None]:
    """Forget an endpoint."""
    commands.remove_endpoint(endpoint_id=endpoint_id, actor=actor_of(request))
    return Status(204, None)


@router.post("/webhook-deliveries/{delivery_id}/replay", response={204: None}, summary="Send again")
def replay_webhook(request: HttpRequest, delivery_id: UUID) -> Status[None]:
    """Send a message again, now."""
    commands.replay_webhook(delivery_id=delivery_id, actor=actor_of(request))
    return Status(204, None)
