"""What is new, and forgetting it once it has been taken into account."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Schema, Status
from pydantic import Field

from parvis.exchange import commands, queries
from parvis.exchange.api.callers import actor_of
from parvis.exchange.api.examples import ID, shown
from parvis.exchange.api.headers import IDEMPOTENCY_KEY, described
from parvis.exchange.api.idempotency import idempotent
from parvis.exchange.api.paging import after, bounded, page
from parvis.exchange.models import Notification

router = Router(tags=["notifications"])
MAX_ACKNOWLEDGED = 1000


class NotificationFilters(Schema):
    """Of which processes, and where the list goes on."""

    process: list[str] = Field(default_factory=list)
    limit: int = 25
    cursor: str = ""


class NotificationOut(Schema):
    """Something new: a case (no event) or an event on a case."""

    model_config = shown(
        {
            "id": ID,
            "case": ID,
            "event": None,
            "event_type": None,
            "process": "EtatCivil",
            "at": "2026-11-24T08:30:00Z",
        }
    )

    id: UUID
    case: UUID
    event: UUID | None
    event_type: str | None
    process: str
    at: datetime


class AcknowledgeIn(Schema):
    """Notifications taken into account, a thousand at most."""

    model_config = shown({"ids": [ID]})

    ids: Annotated[list[UUID], Field(min_length=1, max_length=MAX_ACKNOWLEDGED)]


class AcknowledgeOut(Schema):
    """Those forgotten now, and those that are not this credential's or were forgotten before."""

    model_config = shown({"acknowledged": [ID], "unknown": []})

    acknowledged: list[UUID]
    unknown: list[UUID]


@router.get("/notifications", response=list[NotificationOut], summary="What is new")
def list_notifications(
    request: HttpRequest, response: HttpResponse, filters: Query[NotificationFilters]
) -> list[NotificationOut]:
    """Return what is new for this credential's organisations, oldest first, 100 at most a page."""
    limit = bounded(filters.limit, 100)
    found = queries.notifications(
        actor_of(request), limit=limit + 1, processes=filters.process, after=after(filters.cursor)
    )
    return [_notification(row) for row in page(request, response, found, limit)]


def _notification(row: Notification) -> NotificationOut:
    return NotificationOut(
        id=row.id,
        case=row.case_id,
        event=row.event_id,
        event_type=row.event.type if row.event else None,
        process=row.process_id,
        at=row.at,
    )


# Before the next one, whose address would take it.
@router.post(
    "/notifications/acknowledge",
    response=AcknowledgeOut,
    summary="Acknowledge many",
    openapi_extra=described(IDEMPOTENCY_KEY),
)
@idempotent
def acknowledge_many(request: HttpRequest, body: AcknowledgeIn) -> AcknowledgeOut:
    """Forget up to a thousand notifications at once; those that are not yours are told apart, not refused."""
    done = commands.acknowledge_many(notifications=body.ids, actor=actor_of(request))
    return AcknowledgeOut(acknowledged=done, unknown=[one for one in body.ids if one not in set(done)])


@router.delete("/notifications/{notification_id}", response={204: None}, summary="Acknowledge")
def acknowledge(request: HttpRequest, notification_id: UUID) -> Status[None]:
    """Forget a notification that was taken into account."""
    commands.acknowledge(notification_id=notification_id, actor=actor_of(request))
    return Status(204, None)
