"""Addresses called, and what became of each call."""

from uuid import UUID

from django.db.models import QuerySet

from parvis.access import queries as access
from parvis.access.enums import Action
from parvis.core.actor import Actor
from parvis.exchange.models import WebhookDelivery, WebhookEndpoint


def webhook_endpoints(actor: Actor) -> "QuerySet[WebhookEndpoint]":
    """Return the endpoints of the organisations whose cases the actor may read."""
    mine = access.scope(actor, Action.CASE_READ, organisation="organisation_id", process="process_code")
    return WebhookEndpoint.objects.filter(mine).select_related("organisation").order_by("id")


def webhook_deliveries(
    actor: Actor, *, state: str = "", before: UUID | None = None, limit: int = 50
) -> list[WebhookDelivery]:
    """Return the newest messages to these endpoints, each with its tries. Three queries."""
    mine = access.scope(
        actor, Action.CASE_READ, organisation="endpoint__organisation_id", process="endpoint__process_code"
    )
    rows = WebhookDelivery.objects.filter(mine).prefetch_related("tries").order_by("-id")
    if state:
        rows = rows.filter(state=state)
    return list((rows.filter(id__lt=before) if before else rows)[:limit])
