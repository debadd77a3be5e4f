"""Addresses called, and what became of each call."""

from uuid import UUID

from django.db.models import Q, QuerySet

from parvis.access import queries as access
from parvis.access.enums import Action
from parvis.core.actor import Actor
from parvis.exchange.models import WebhookDelivery, WebhookEndpoint


def webhook_endpoints(actor: Actor) -> "QuerySet[WebhookEndpoint]":
    """Return the endpoints of the organisations whose cases or folders the actor may read."""
    mine = _told(actor, "")
    return WebhookEndpoint.objects.filter(mine).select_related("organisation").order_by("id")


def webhook_deliveries(
    actor: Actor, *, state: str = "", before: UUID | None = None, limit: int = 50
) -> list[WebhookDelivery]:
    """Return the newest messages to these endpoints, each with its tries. Three queries."""
    rows = WebhookDelivery.objects.filter(_told(actor, "endpoint__")).prefetch_related("tries").order_by("-id")
    if state:
        rows = rows.filter(state=state)
    return list((rows.filter(id__lt=before) if before else rows)[:limit])


def _told(actor: Actor, prefix: str) -> Q:
    columns = {"organisation": f"{prefix}organisation_id", "process": f"{prefix}process_code"}
    return access.scope(actor, Action.CASE_READ, **columns) | access.scope(actor, Action.FOLDER_READ, **columns)
