"""The shapes of the native API: what is here is the public contract."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from ninja import Schema
from pydantic import Field

MAX_RECIPIENTS, MAX_ATTACHMENTS, MAX_ACKNOWLEDGED = 50, 200, 1000


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


class FolderRead(Schema):
    """A deposit, as its depositor follows it."""

    id: UUID
    external_id: str
    process: str
    status: str
    created_at: datetime
    updated_at: datetime
    closed_at: datetime | None
    cases: list["FolderCase"]


class FolderCase(Schema):
    """What became of a folder at one recipient's."""

    id: UUID
    external_id: str
    status: str
    recipient: OrganisationRef


class EventRead(Schema):
    """An event of a case's story."""

    id: UUID
    type: str
    by: str
    author: str
    message: str
    comment: str
    former_status: str
    new_status: str
    created_at: datetime
    attachments: list[AttachmentOut]


class AcknowledgeIn(Schema):
    """Notifications taken into account, a thousand at most."""

    ids: Annotated[list[UUID], Field(min_length=1, max_length=MAX_ACKNOWLEDGED)]


class AcknowledgeOut(Schema):
    """Those forgotten now, and those that are not this credential's or were forgotten before."""

    acknowledged: list[UUID]
    unknown: list[UUID]


class RightOut(Schema):
    """What a credential may do for one organisation, on one process (``*``: on all)."""

    organisation: OrganisationRef
    name: str
    process: str
    actions: list[str]


class Me(Schema):
    """Who calls: a credential may serve many organisations and many processes, each by a mandate of theirs."""

    name: str
    rights: list[RightOut]


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


class EndpointRead(Schema):
    """An endpoint, without its secret."""

    id: UUID
    url: str
    process: str
    organisation: OrganisationRef
    created_at: datetime


class AttemptOut(Schema):
    """One try: what the other side answered, or why it could not."""

    at: datetime
    status: int | None
    error: str
    milliseconds: int


class DeliveryOut(Schema):
    """One message on its way to one endpoint, with each try."""

    id: UUID
    endpoint: UUID
    notification: UUID
    state: str
    created_at: datetime
    delivered_at: datetime | None
    attempts: list[AttemptOut]


class CaseFilters(Schema):
    """Which cases, and where the list goes on."""

    status: list[str] = Field(default_factory=list)
    process: list[str] = Field(default_factory=list)
    siret: str = ""
    updated_since: datetime | None = None
    text: str = ""
    limit: int = 50
    cursor: str = ""


class NotificationFilters(Schema):
    """Of which processes, and where the list goes on."""

    process: list[str] = Field(default_factory=list)
    limit: int = 25
    cursor: str = ""
