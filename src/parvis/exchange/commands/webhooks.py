"""Webhooks: registered by an organisation's program, sent after commit, tried for more than a day, replayable."""

import json
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from parvis.access import queries as access
from parvis.access.enums import Action
from parvis.core import outbox
from parvis.core.actor import Actor
from parvis.core.clock import now
from parvis.core.errors import AbsentError
from parvis.exchange import webhooks
from parvis.exchange.enums import WebhookState
from parvis.exchange.models import Notification, WebhookAttempt, WebhookDelivery, WebhookEndpoint
from parvis.exchange.queries.parties import is_platform
from parvis.ledger import commands as ledger


@dataclass(frozen=True, slots=True)
class NewEndpoint:
    """An endpoint at its birth: the only moment its secret is shown."""

    id: UUID
    url: str
    secret: str


def add_endpoint(*, organisation: UUID, url: str, process: str = "*", actor: Actor) -> NewEndpoint:
    """Register an address. Raise DomainError when it may not be called, RefusedError without the right to read."""
    decision = _may_be_told(actor, organisation, process)
    if not decision.allowed:
        access.require(actor, Action.CASE_READ, organisation=organisation, process=process)
    webhooks.check_url(url)
    with transaction.atomic(durable=True):
        row = WebhookEndpoint(organisation_id=organisation, process_code=process, url=url, secret=webhooks.new_secret())
        row.save(force_insert=True)
        ledger.record(
            actor=actor,
            action="webhook.added",
            subject=f"webhook:{row.id}",
            grants=decision.grants,
            details={"url": url},
        )
    return NewEndpoint(row.id, row.url, row.secret)


def remove_endpoint(*, endpoint_id: UUID, actor: Actor) -> None:
    """Stop calling an address, and forget it. Raise AbsentError when it is not this actor's."""
    with transaction.atomic(durable=True):
        row = _own_endpoint(endpoint_id, actor)
        row.delete()
        ledger.record(actor=actor, action="webhook.removed", subject=f"webhook:{endpoint_id}")


def _own_endpoint(endpoint_id: UUID, actor: Actor) -> WebhookEndpoint:
    row = WebhookEndpoint.objects.filter(id=endpoint_id).first()
    if row is None or not _may_be_told(actor, row.organisation_id, row.process_code).allowed:
        raise AbsentError("unknown_webhook", "Ce webhook n’existe pas, ou il n’est pas à vous.")
    return row


def _may_be_told(actor: Actor, organisation: UUID, process: str) -> access.Decision:
    """Whoever may ask for an organisation's notifications may be called instead: as a recipient, or as a depositor."""
    decision = access.may(actor, Action.CASE_READ, organisation=organisation, process=process)
    if decision.allowed:
        return decision
    return access.may(actor, Action.FOLDER_READ, organisation=organisation, process=process)


def queue_webhooks(*, notifications: list[UUID]) -> None:
    """Write one delivery per endpoint that these notifications concern. Safe to run again."""
    with transaction.atomic(durable=True):
        rows = list(Notification.objects.filter(id__in=notifications).select_related("event"))
        endpoints = list(WebhookEndpoint.objects.filter(organisation_id__in={row.recipient_id for row in rows}))
        wanted = [
            WebhookDelivery(endpoint=endpoint, notification_id=row.id, payload=_payload(row))
            for row in rows
            for endpoint in endpoints
            if endpoint.organisation_id == row.recipient_id and endpoint.process_code in ("*", row.process_id)
        ]
        WebhookDelivery.objects.bulk_create(wanted, ignore_conflicts=True)
        made = WebhookDelivery.objects.filter(notification_id__in=notifications, attempts=0)
        for delivery in made:
            outbox.send("exchange.send_webhook", delivery=delivery.id)


def _payload(row: Notification) -> str:
    """What is sent holds no personal data: identifiers, to be read with the caller's own rights."""
    return json.dumps(
        {
            "type": "case.event" if row.event else "case.received",
            "timestamp": row.at.isoformat(),
            "data": {
                "notification": str(row.id),
                "case": str(row.case_id),
                "event": str(row.event_id) if row.event_id else None,
                "event_type": row.event.type if row.event else None,
                "process": row.process_id,
            },
        },
        separators=(",", ":"),
    )


def send_webhook(*, delivery_id: UUID) -> None:
    """Try once; on failure, plan the next try. The call is made outside any transaction."""
    row = WebhookDelivery.objects.select_related("endpoint").filter(id=delivery_id).first()
    if row is None or row.state != WebhookState.WAITING:
        return
    outcome = webhooks.call(row.endpoint.url, row.endpoint.secret, row.id, row.payload.encode())
    with transaction.atomic(durable=True):
        row = WebhookDelivery.objects.select_for_update().filter(id=delivery_id).first()
        if row is None:
            return
        WebhookAttempt.objects.create(
            delivery=row, status=outcome.status, error=outcome.error, milliseconds=outcome.milliseconds
        )
        row.attempts += 1
        if outcome.succeeded:
            row.state, row.delivered_at = WebhookState.DELIVERED, now()
        elif row.attempts > len(webhooks.PAUSES):
            row.state = WebhookState.ABANDONED
        else:
            outbox.send("exchange.send_webhook", delivery=row.id, delay=webhooks.PAUSES[row.attempts - 1])
        row.save(update_fields=("attempts", "state", "delivered_at"))


def replay_webhook(*, delivery_id: UUID, actor: Actor) -> None:
    """Send again, now, whatever became of it: the receiver lost it, or was mended."""
    row = WebhookDelivery.objects.filter(id=delivery_id).first()
    if row is None:
        raise AbsentError("unknown_webhook", "Cet envoi n’existe pas, ou il n’est pas à vous.")
    if not is_platform(actor):
        _own_endpoint(row.endpoint_id, actor)
    with transaction.atomic(durable=True):
        WebhookDelivery.objects.filter(id=delivery_id).update(state=WebhookState.WAITING, attempts=0, delivered_at=None)
        outbox.send("exchange.send_webhook", delivery=delivery_id)
        ledger.record(actor=actor, action="webhook.replayed", subject=f"webhook:{row.endpoint_id}")
