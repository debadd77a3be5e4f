"""Who receives what."""

from collections.abc import Sequence
from uuid import UUID

from django.db import transaction

from parvis.access import queries as access
from parvis.access.enums import Action
from parvis.catalogue import queries as catalogue
from parvis.core.actor import Actor
from parvis.core.clock import now
from parvis.core.errors import DomainError
from parvis.exchange.enums import AccessMode, SubscriptionState
from parvis.exchange.models import Subscription
from parvis.ledger import commands as ledger


def subscribe(
    *,
    subscriber: UUID,
    process: str,
    actor: Actor,
    access_mode: AccessMode = AccessMode.PORTAL,
    emails: Sequence[str] = (),
) -> UUID:
    """Let an organisation receive a process. Doing it again changes the mode and the addresses."""
    access.require(actor, Action.MEMBERS_MANAGE, organisation=subscriber, process=process)
    if catalogue.process(process) is None:
        raise DomainError(
            "unknown_process", "La démarche « %(process)s » n’existe pas.", field="process", params={"process": process}
        )
    with transaction.atomic():
        row, _ = Subscription.objects.update_or_create(
            subscriber_id=subscriber,
            process_id=process,
            defaults={
                "access_mode": access_mode,
                "emails": list(emails),
                "state": SubscriptionState.ACTIVE,
                "activated_at": now(),
                "updated_at": now(),
            },
        )
        ledger.record(
            actor=actor,
            action="subscription.activated",
            subject=f"subscription:{row.id}",
            details={"organisation": str(subscriber), "process": process, "mode": access_mode},
        )
    return row.id
