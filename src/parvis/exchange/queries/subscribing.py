"""Subscriptions as the pages see them: an organisation's own, or all of them for the platform."""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from parvis.access import queries as access
from parvis.access.enums import Action
from parvis.core.actor import Actor
from parvis.core.errors import AbsentError
from parvis.directory import queries as directory
from parvis.exchange.enums import SubscriptionState
from parvis.exchange.models import Subscription
from parvis.exchange.queries.parties import is_platform

STEPS = {
    "a-valider": Q(state=SubscriptionState.INACTIVE, validated_at=None),
    "a-activer": Q(state=SubscriptionState.INACTIVE, validated_at__isnull=False),
    "actifs": Q(state=SubscriptionState.ACTIVE),
    "suspendus": Q(state=SubscriptionState.SUSPENDED),
    "refuses": Q(state=SubscriptionState.REFUSED),
}


def subscriptions_seen(actor: Actor, *, text: str = "") -> "QuerySet[Subscription]":
    """Return the subscriptions that the actor manages, newest first: all of them for the platform."""
    rows = Subscription.objects.select_related("subscriber", "process", "unit").order_by("-id")
    if not is_platform(actor):
        rows = rows.filter(
            access.scope(actor, Action.MEMBERS_MANAGE, organisation="subscriber_id", process="process_id")
        )
    for word in text.split():
        rows = rows.filter(
            Q(subscriber__name__icontains=word)
            | Q(subscriber__siret__startswith=word)
            | Q(process__name__icontains=word)
        )
    return rows


def subscription_seen(subscription_id: UUID, actor: Actor) -> Subscription:
    """Return one of them. Raise AbsentError when it does not exist or is not theirs."""
    row = subscriptions_seen(actor).filter(id=subscription_id).first()
    if row is None:
        raise AbsentError("unknown_subscription", "Cet abonnement n’existe pas, ou vous ne pouvez pas le voir.")
    return row


def count_steps(rows: "QuerySet[Subscription]") -> dict[str, int]:
    """Return how many of these subscriptions are at each step. One query."""
    counts: dict[str, int] = rows.order_by().aggregate(
        **{name.replace("-", "_"): Count("id", filter=step) for name, step in STEPS.items()}
    )
    return {name: counts[name.replace("-", "_")] for name in STEPS}


def managed_organisations(actor: Actor) -> list[tuple[str, str]]:
    """Return (id, name) of the organisations for which the actor may ask for a subscription."""
    ids: Iterable[UUID] = access.organisations_of(actor, [Action.MEMBERS_MANAGE])
    found = (directory.organisation(one) for one in ids)
    return sorted(((str(one.id), one.name) for one in found if one), key=lambda pair: pair[1])
