"""Who stands on which side of an exchange."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Count, QuerySet

from parvis.access import queries as access
from parvis.access.enums import Action
from parvis.core import sql
from parvis.core.actor import Actor
from parvis.core.errors import DomainError
from parvis.directory import queries as directory
from parvis.exchange.enums import SubscriptionState
from parvis.exchange.models import Case, Folder, Subscription

# At every deposit: by hand, see `core.sql`.
_SUBSCRIBED = """
SELECT taken.subscriber_id, taken.unit_id
FROM exchange_subscription taken JOIN directory_organisation owner ON owner.id = taken.subscriber_id
WHERE taken.process_id = %(process)s AND taken.subscriber_id = ANY(%(organisations)s)
AND taken.state = %(active)s AND owner.state = 'active'
"""
platform_ids: dict[str, UUID] = {}


def platform_depositor() -> UUID:
    """Return the organisation that deposits what citizens send through this platform: its operator.

    Kept in memory once found: an organisation's id never changes. Raise DomainError when it is not set up.
    """
    siret = settings.PARVIS_OPERATOR_SIRET
    if siret not in platform_ids:
        operator = directory.organisation_for(siret)
        if operator is None:
            raise DomainError(
                "no_operator", "La plateforme n’est pas encore configurée (opérateur inconnu). Réessayez plus tard."
            )
        platform_ids[siret] = operator.id
    return platform_ids[siret]


def is_platform(actor: Actor) -> bool:
    """Tell whether the actor administers the platform."""
    if actor.kind == "system":
        return True
    return access.may(actor, Action.PLATFORM_ADMINISTER, organisation=platform_depositor(), process="*").allowed


def may_as_recipient(actor: Actor, action: Action, case: Case) -> access.Decision:
    """Decide for the side that receives a case: it lies in the service that has it in hand."""
    return access.may(actor, action, organisation=case.recipient_id, process=case.process_id, unit=case.unit_id)


def is_depositor(folder: Folder, actor: Actor) -> bool:
    """Tell whether the actor may act for the depositor of this folder."""
    return access.may(actor, Action.FOLDER_DEPOSIT, organisation=folder.depositor_id, process=folder.process_id).allowed


def subscribed(process: str, organisations: Iterable[UUID]) -> dict[UUID, UUID | None]:
    """Return those of these organisations that receive the process now, each with its service for it. One query."""
    values = {"process": process, "organisations": list(organisations), "active": SubscriptionState.ACTIVE}
    return dict(sql.fetch(_SUBSCRIBED, values))


def receives(process: str, organisation: UUID) -> bool:
    """Tell whether an organisation receives the process now."""
    return bool(subscribed(process, [organisation]))


def subscriptions() -> list[dict[str, Any]]:
    """Return every subscription as plain values, by organisation and process. One query."""
    rows = Subscription.objects.select_related("subscriber").order_by("subscriber__name", "process_id")
    return [
        {
            "id": row.id,
            "organisation": row.subscriber.name,
            "siret": row.subscriber.siret,
            "branch": row.subscriber.branch_code,
            "process": row.process_id,
            "state": row.state,
            "mode": row.access_mode,
            "emails": ",".join(row.emails),
        }
        for row in rows
    ]


def subscriptions_of(organisation: UUID) -> "QuerySet[Subscription]":
    """Return the subscriptions of one organisation, with their processes, by process."""
    return Subscription.objects.filter(subscriber=organisation).select_related("process").order_by("process_id")


def recipients_by_process() -> dict[str, int]:
    """Return how many organisations receive each process now. One query."""
    rows = Subscription.objects.filter(state=SubscriptionState.ACTIVE).values_list("process_id")
    return dict(rows.annotate(count=Count("id")).values_list("process_id", "count"))
