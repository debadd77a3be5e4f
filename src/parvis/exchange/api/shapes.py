"""The shapes of the native API: what is here is the public contract."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from ninja import Schema
from pydantic import Field

from parvis.exchange.api.examples import ID, shown


class OrganisationRef(Schema):
    """An organisation, as the hub names it: SIRET and branch (INSEE code for a commune)."""

    model_config = shown({"siret": "21350238800019", "branch": "35238"})

    siret: Annotated[str, Field(pattern=r"^\d{14}$")]
    branch: Annotated[str, Field(max_length=10)] = "00000"


class ApplicantIn(Schema):
    """The person the folder is about."""

    first_name: Annotated[str, Field(max_length=255)]
    last_name: Annotated[str, Field(max_length=255)]
    email: Annotated[str, Field(max_length=320)] = ""


class AttachmentOut(Schema):
    """A document that can be downloaded."""

    id: UUID
    type: str
    name: str
    size: int
    mime: str
    state: str
    signature: str = ""


class CaseOut(Schema):
    """A case, as its recipient sees it."""

    model_config = shown(
        {
            "id": ID,
            "folder": ID,
            "external_id": "DEMO-AEC-0000000000001-01",
            "process": "EtatCivil",
            "status": "SENT",
            "recipient": {"siret": "21350238800019", "branch": "35238"},
            "applicant": {"first_name": "Camille", "last_name": "Martin", "email": ""},
            "fields": {"nature": "copie intégrale"},
            "created_at": "2026-11-24T08:30:00Z",
            "updated_at": "2026-11-24T08:31:00Z",
            "attachments": [],
        }
    )

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
