"""Webhooks: register, look at each try, send again."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema, Status
from pydantic import Field

from parvis.exchange import commands, queries
from parvis.exchange.api.callers import actor_of, reference, resolve
from parvis.exchange.api.examples import ID, shown
from parvis.exchange.api.paging import after, bounded, page
from parvis.exchange.api.shapes import OrganisationRef

router = Router(tags=["webhooks"])


class EndpointIn(Schema):
    """An address to call, for one organisation and one process (all by default)."""

    model_config = shown(
        {
            "organisation": {"siret": "21350238800019", "branch": "35238"},
            "url": "https://logiciel.exemple.example/parvis",
            "process": "EtatCivil",
        }
    )

    organisation: OrganisationRef
    url: Annotated[str, Field(max_length=500)]
    process: Annotated[str, Field(max_length=30)] = "*"


class EndpointOut(Schema):
    """An endpoint just made; its secret is shown this once."""

    model_config = shown({"id": ID, "url": "https://logiciel.exemple.example/parvis", "secret": "whsec_c2VjcmV0"})

    id: UUID
    url: str
    secret: str


class EndpointRead(Schema):
    """An endpoint, without its secret."""

    model_config = shown(
        {
            "id": ID,
            "url": "https://logiciel.exemple.example/parvis",
            "process": "*",
            "organisation": {"siret": "21350238800019", "branch": "35238"},
            "created_at": "2026-11-24T08:30:00Z",
        }
    )

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

    model_config = shown(
        {
            "id": ID,
            "endpoint": ID,
            "notification": ID,
            "state": "delivered",
            "created_at": "2026-11-24T08:30:00Z",
            "delivered_at": "2026-11-24T08:30:01Z",
            "attempts": [{"at": "2026-11-24T08:30:01Z", "status": 204, "error": "", "milliseconds": 41}],
        }
    )

    id: UUID
    endpoint: UUID
    notification: UUID
    state: str
    created_at: datetime
    delivered_at: datetime | None
    attempts: list[AttemptOut]


@router.post("/webhooks", response={201: EndpointOut}, summary="Be told instead of asking")
def add_webhook(request: HttpRequest, body: EndpointIn) -> Status[EndpointOut]:
    """Register an endpoint. Messages are signed per the Standard Webhooks specification and tried for 31 hours."""
    (organisation,) = resolve([body.organisation])
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


@router.get("/webhooks", response=list[EndpointRead], summary="List the addresses called")
def list_webhooks(request: HttpRequest) -> list[EndpointRead]:
    """Return the endpoints of this credential's organisations; their secrets are never shown again."""
    return [
        EndpointRead(
            id=row.id,
            url=row.url,
            process=row.process_code,
            organisation=reference(row.organisation),
            created_at=row.created_at,
        )
        for row in queries.webhook_endpoints(actor_of(request))
    ]


@router.get("/webhook-deliveries", response=list[DeliveryOut], summary="Look at each try")
def list_deliveries(
    request: HttpRequest, response: HttpResponse, state: str = "", limit: int = 50, cursor: str = ""
) -> list[DeliveryOut]:
    """Return the newest messages sent to this credential's endpoints, each with its tries."""
    limit = bounded(limit)
    rows = queries.webhook_deliveries(actor_of(request), state=state, before=after(cursor), limit=limit + 1)
    return [
        DeliveryOut(
            id=row.id,
            endpoint=row.endpoint_id,
            notification=row.notification_id,
            state=row.state,
            created_at=row.created_at,
            delivered_at=row.delivered_at,
            attempts=[
                AttemptOut(at=one.at, status=one.status, error=one.error, milliseconds=one.milliseconds)
                for one in row.tries.all()
            ],
        )
        for row in page(request, response, rows, limit)
    ]
