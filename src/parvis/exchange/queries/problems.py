"""Subscriptions whose cases reach nobody: no software fetches, nobody may read, a webhook does not answer."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.db.models import Count, F, Func, Max, Min, OuterRef, Q, Subquery

from parvis.access import queries as access
from parvis.access.enums import EVERY_PROCESS, Action
from parvis.core.actor import Actor
from parvis.core.clock import now
from parvis.exchange.enums import AccessMode, SituationKind, SubscriptionState, WebhookState
from parvis.exchange.models import Case, Notification, Subscription, WebhookDelivery
from parvis.exchange.queries.parties import is_platform
from parvis.ledger import queries as ledger

FETCHING = ("case.read", "attachment.delivered", "notification.acknowledged")
# A webhook that failed this many times has been unreachable for more than half an hour.
FAILURES = 4
CASES_LOOKED_AT = 1000


@dataclass(frozen=True, slots=True)
class Problem:
    """One subscription whose cases reach nobody, why, and how many wait."""

    kind: str
    subscription: Subscription
    count: int

    @property
    def organisation(self) -> UUID:
        """The subscriber."""
        return self.subscription.subscriber_id

    @property
    def process(self) -> str:
        """What it subscribes to."""
        return self.subscription.process_id


def problems(actor: Actor) -> list[Problem]:
    """Return what is wrong now with the active subscriptions the actor may see, by organisation and process.

    The platform sees all of them; others, those of the organisations whose cases they read or whose agents they manage.
    """
    found = [*_unfetched(), *_unread(), *_unreachable()]
    if not is_platform(actor):
        mine = {*access.perimeter(actor, Action.CASE_READ), *access.perimeter(actor, Action.MEMBERS_MANAGE)}
        found = [one for one in found if {(one.organisation, one.process), (one.organisation, EVERY_PROCESS)} & mine]
    return sorted(found, key=lambda one: (one.subscription.subscriber.name, one.subscription.process_id, one.kind))


def _active(mode: str) -> "list[Subscription]":
    return list(
        Subscription.objects.filter(
            state=SubscriptionState.ACTIVE, access_mode=mode, subscriber__state="active"
        ).select_related("subscriber", "process", "unit")
    )


def _unfetched() -> list[Problem]:
    """API chosen, old notifications, and no fetch by any program since the oldest of them came."""
    limit = Func(F("process__unfetched_days"), template="make_interval(days => %(expressions)s)")
    oldest = {
        (organisation, process): (at, count)
        for organisation, process, at, count in Notification.objects.filter(
            recipient_id=F("case__recipient_id"), at__lt=now() - limit
        )
        .order_by()
        .values_list("recipient_id", "process_id")
        .annotate(oldest=Min("at"), count=Count("id"))
    }
    return [
        Problem(SituationKind.UNFETCHED, row, count)
        for row in (_active(AccessMode.API) if oldest else [])
        for at, count in [oldest.get((row.subscriber_id, row.process_id), (None, 0))]
        if at is not None and not ledger.acted_since(_subjects(row), kind="client", actions=FETCHING, since=at)
    ]


def _subjects(row: Subscription) -> list[str]:
    cases = Case.objects.filter(recipient_id=row.subscriber_id, process_id=row.process_id).order_by("-id")
    return [f"case:{case}" for case in cases.values_list("id", flat=True)[:CASES_LOOKED_AT]]


def _unread() -> list[Problem]:
    """The desk chosen, and no person entitled to read."""
    readers = access.people_who_read()
    waiting = _waiting()
    return [
        Problem(SituationKind.UNREAD, row, waiting.get((row.subscriber_id, row.process_id), 0))
        for row in _active(AccessMode.PORTAL)
        if not any(_covers(reader, row) for reader in readers)
    ]


def _covers(reader: tuple[UUID, str, str], row: Subscription) -> bool:
    """Tell whether someone who reads there reads what this subscription brings, in the service that receives it."""
    organisation, process, area = reader
    place = row.unit.path if row.unit else ""
    return organisation == row.subscriber_id and process in (row.process_id, EVERY_PROCESS) and place.startswith(area)


def _waiting() -> dict[tuple[UUID, str], int]:
    rows = Notification.objects.order_by().values_list("recipient_id", "process_id").annotate(count=Count("id"))
    return {(organisation, process): count for organisation, process, count in rows}


def _unreachable() -> list[Problem]:
    """An endpoint that fails, with nothing delivered since: given up, or failing for more than half an hour."""
    delivered = (
        WebhookDelivery.objects.filter(endpoint=OuterRef("endpoint"))
        .order_by()
        .values("endpoint")
        .annotate(last=Max("delivered_at"))
    )
    failing = Q(state=WebhookState.ABANDONED) | Q(state=WebhookState.WAITING, attempts__gte=FAILURES)
    rows = (
        WebhookDelivery.objects.filter(failing)
        .annotate(last=Subquery(delivered.values("last")))
        .filter(Q(last=None) | Q(created_at__gt=F("last")))
        .order_by()
        .values_list("endpoint__organisation_id", "endpoint__process_code")
        .annotate(count=Count("id"))
    )
    failures = {(organisation, process): count for organisation, process, count in rows}
    if not failures:
        return []
    subscribed = Subscription.objects.filter(
        state=SubscriptionState.ACTIVE, subscriber_id__in={organisation for organisation, _ in failures}
    ).select_related("subscriber", "process")
    counted = (
        (row, failures.get((row.subscriber_id, row.process_id), 0) + failures.get((row.subscriber_id, "*"), 0))
        for row in subscribed
    )
    return [Problem(SituationKind.UNREACHABLE, row, count) for row, count in counted if count]


def depositors_waiting(row: Subscription) -> list[str]:
    """Return the addresses of the organisations whose deposits wait at this subscription."""
    since = now() - timedelta(days=row.process.unfetched_days)
    found = Notification.objects.filter(
        recipient_id=row.subscriber_id, process_id=row.process_id, at__lt=since
    ).values_list("transmitter__email", flat=True)
    return sorted({email for email in found if email})
