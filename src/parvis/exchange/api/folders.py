"""Folders: deposit, complete, follow."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema, Status
from pydantic import Field

from parvis.exchange import commands, queries
from parvis.exchange.api.callers import actor_of, reference, resolve
from parvis.exchange.api.examples import ID, shown
from parvis.exchange.api.headers import IDEMPOTENCY_KEY, described
from parvis.exchange.api.idempotency import idempotent
from parvis.exchange.api.paging import after, bounded, page
from parvis.exchange.api.shapes import ApplicantIn, OrganisationRef
from parvis.exchange.models import Folder

router = Router(tags=["folders"])
MAX_RECIPIENTS, MAX_ATTACHMENTS = 50, 200
DEPOSIT = {
    "process": "EtatCivil",
    "external_id": "DEMO-AEC-0000000000001",
    "depositor": {"siret": "13002603200016"},
    "applicant": {"first_name": "Camille", "last_name": "Martin", "email": "camille@exemple.example"},
    "recipients": [{"siret": "21350238800019", "branch": "35238"}],
    "attachments": [{"type": "ActeEtatCivil-PDF", "name": "demande.pdf", "size": 48213, "mime": "application/pdf"}],
    "fields": {"nature": "copie intégrale"},
}


class AttachmentIn(Schema):
    """A document announced; its bytes follow by PUT. ``recipients`` are positions in the list of recipients."""

    type: Annotated[str, Field(max_length=100)]
    name: Annotated[str, Field(max_length=255)]
    size: Annotated[int, Field(gt=0)]
    mime: Annotated[str, Field(max_length=255)]
    recipients: Annotated[list[int], Field(max_length=MAX_RECIPIENTS)] = []


class FolderIn(Schema):
    """A deposit."""

    model_config = shown(DEPOSIT)

    process: Annotated[str, Field(max_length=30)]
    external_id: Annotated[str, Field(min_length=1, max_length=30)]
    depositor: OrganisationRef
    applicant: ApplicantIn
    recipients: Annotated[list[OrganisationRef], Field(min_length=1, max_length=MAX_RECIPIENTS)]
    attachments: Annotated[list[AttachmentIn], Field(max_length=MAX_ATTACHMENTS)] = []
    fields: dict[str, str | int | float | bool | None] = {}


class FolderOut(Schema):
    """A deposit taken: ids in the order of the request."""

    model_config = shown({"id": ID, "status": "HUBEE_RECEIVED", "cases": [ID], "attachments": [ID]})

    id: UUID
    status: str
    cases: list[UUID]
    attachments: list[UUID]


class FolderCase(Schema):
    """What became of a folder at one recipient's."""

    id: UUID
    external_id: str
    status: str
    recipient: OrganisationRef


class FolderRead(Schema):
    """A deposit, as its depositor follows it."""

    model_config = shown(
        {
            "id": ID,
            "external_id": "DEMO-AEC-0000000000001",
            "process": "EtatCivil",
            "status": "HUBEE_NOTIFIED",
            "created_at": "2026-11-24T08:30:00Z",
            "updated_at": "2026-11-24T08:30:05Z",
            "closed_at": None,
            "cases": [],
        }
    )

    id: UUID
    external_id: str
    process: str
    status: str
    created_at: datetime
    updated_at: datetime
    closed_at: datetime | None
    cases: list[FolderCase]


@router.post(
    "/folders", response={201: FolderOut}, summary="Deposit a folder", openapi_extra=described(IDEMPOTENCY_KEY)
)
@idempotent
def deposit_folder(request: HttpRequest, body: FolderIn) -> Status[FolderOut]:
    """Create a folder and one case per recipient, all or nothing. Every defect is listed."""
    depositor, *recipients = resolve([body.depositor, *body.recipients])
    made = commands.deposit(deposit=deposit_of(body, recipients), depositor=depositor, actor=actor_of(request))
    return Status(201, folder_out(made))


def deposit_of(body: FolderIn, recipients: Sequence[UUID]) -> commands.Deposit:
    """Say a body in the words of the hub; ``recipients`` are its recipients, resolved."""
    return commands.Deposit(
        process=body.process,
        external_id=body.external_id,
        applicant=commands.Applicant(body.applicant.first_name, body.applicant.last_name, body.applicant.email),
        cases=[commands.NewCase(recipient) for recipient in recipients],
        attachments=[
            commands.NewAttachment(a.type, a.name, a.size, a.mime, None, a.recipients) for a in body.attachments
        ],
        fields=body.fields,
    )


def folder_out(made: commands.DepositedFolder) -> FolderOut:
    """Say what was deposited."""
    return FolderOut(id=made.id, status=made.status, cases=list(made.cases), attachments=list(made.attachments))


@router.post(
    "/folders/{folder_id}/complete",
    response={204: None},
    summary="Tell the recipients",
    openapi_extra=described(IDEMPOTENCY_KEY),
)
@idempotent
def complete_folder(request: HttpRequest, folder_id: UUID) -> Status[None]:
    """Say that every document has been uploaded. Doing it twice changes nothing."""
    commands.complete_folder(folder_id=folder_id, actor=actor_of(request))
    return Status(204, None)


@router.get("/folders", response=list[FolderRead], summary="List deposits")
def list_folders(
    request: HttpRequest, response: HttpResponse, external_id: str = "", limit: int = 50, cursor: str = ""
) -> list[FolderRead]:
    """Return the newest folders of this credential's depositors; the next page is in the ``Link`` header."""
    limit = bounded(limit)
    rows = queries.deposited(actor_of(request), external_id=external_id, before=after(cursor), limit=limit + 1)
    return [_folder(row) for row in page(request, response, rows, limit)]


@router.get("/folders/{folder_id}", response=FolderRead, summary="Follow a deposit")
def read_folder(request: HttpRequest, folder_id: UUID) -> FolderRead:
    """Return a folder and the state of each of its cases."""
    return _folder(queries.deposited_folder(folder_id, actor_of(request)))


def _folder(row: Folder) -> FolderRead:
    return FolderRead(
        id=row.id,
        external_id=row.external_id,
        process=row.process_id,
        status=row.status,
        created_at=row.created_at,
        updated_at=row.updated_at,
        closed_at=row.closed_at,
        cases=[
            FolderCase(
                id=case.id,
                external_id=case.external_id,
                status=case.status,
                recipient=reference(case.recipient),
            )
            for case in row.cases.all()
        ],
    )
