"""Addresses called, and what became of each call."""

from uuid import UUID

from django.db.models import Q, QuerySet

from parvis.access import queries as access
from parvis.access.enums import Action
from parvis.core.actor import Actor
from parvis.core.errors import AbsentError
from parvis.exchange.models import WebhookDelivery, WebhookEndpoint
from parvis.exchange.queries.parties import is_platform


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


def webhook_deliveries_seen(actor: Actor) -> "QuerySet[WebhookDelivery]":
    """Return the messages that a page may show, newest first: one's own endpoints', or all of them for the platform."""
    rows = WebhookDelivery.objects.select_related("endpoint__organisation").order_by("-id")
    return rows if is_platform(actor) else rows.filter(_told(actor, "endpoint__"))


def webhook_delivery_seen(delivery_id: UUID, actor: Actor) -> WebhookDelivery:
    """Return one of them. Raise AbsentError when it does not exist or is not theirs."""
    row = webhook_deliveries_seen(actor).filter(id=delivery_id).first()
    if row is None:
        raise AbsentError("unknown_webhook", "Cet envoi n’existe pas, ou il n’est pas à vous.")
    return row


def _told(actor: Actor, prefix: str) -> Q:
    organisation, process = f"{prefix}organisation_id", f"{prefix}process_code"
    received = access.scope(actor, Action.CASE_READ, organisation=organisation, process=process)
    return received | access.scope(actor, Action.FOLDER_READ, organisation=organisation, process=process)
