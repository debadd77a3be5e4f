"""Mail to an organisation that has something new to treat: for each case, or summed up at fixed hours."""

from collections import Counter
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.urls import reverse

from parvis.core.clock import now
from parvis.exchange.digests import HOURS, last_slot
from parvis.exchange.enums import MailFrequency, SubscriptionState
from parvis.exchange.models import MailAlert, Notification, Subscription
from parvis.notifications import commands as notifications


def alert_recipients(*, folder: UUID) -> None:
    """Write to the addresses that each recipient of a folder gave, at once or in their next digest.

    Run again, it writes to nobody twice: what has been told is noted with the mail itself. No personal data.
    """
    with transaction.atomic(durable=True):
        news = list(Notification.objects.filter(case__folder_id=folder, recipient_id=F("case__recipient_id")))
        subscriptions = _subscriptions(news)
        MailAlert.objects.bulk_create(
            [
                MailAlert(notification=row, subscription=subscriptions[row.recipient_id, row.process_id])
                for row in news
                if (row.recipient_id, row.process_id) in subscriptions
            ],
            ignore_conflicts=True,
        )
        at_once = (
            MailAlert.objects.select_for_update(of=("self",))
            .filter(notification__in=news, told_at=None, subscription__frequency=MailFrequency.EACH)
            .select_related("notification__case__process", "notification__case__recipient", "subscription")
        )
        told = list(at_once)
        for alert in told:
            _write_each(alert)
        _note_told(told)


def _subscriptions(news: list[Notification]) -> dict[tuple[UUID, str], Subscription]:
    """Return who is to be written to, by organisation and process: those who asked for mail and gave addresses."""
    rows = Subscription.objects.filter(
        process_id__in={row.process_id for row in news}, subscriber_id__in={row.recipient_id for row in news}
    ).exclude(frequency=MailFrequency.NONE)
    return {(row.subscriber_id, row.process_id): row for row in rows if row.emails}


def _write_each(alert: MailAlert) -> None:
    case = alert.notification.case
    for address in alert.subscription.emails:
        notifications.write_mail(
            to=address,
            template="exchange/mail/new_case.txt",
            context={"case": case, "url": settings.SITE_URL + reverse("desk_case", args=[case.id])},
        )


def _note_told(alerts: list[MailAlert]) -> None:
    MailAlert.objects.filter(notification__in=[alert.notification_id for alert in alerts]).update(told_at=now())


def send_digests() -> int:
    """Write the digests that are due, one mail an organisation and address. Return how many were written.

    Each organisation is one transaction: its mails, and the note that they were written, exist together or not at all.
    """
    waiting = (
        MailAlert.objects.filter(told_at=None, subscription__frequency__in=HOURS)
        .values_list("subscription__subscriber_id", flat=True)
        .distinct()
    )
    return sum(_digest_of(organisation) for organisation in waiting)


def _digest_of(organisation: UUID) -> int:
    moment = now()
    with transaction.atomic(durable=True):
        rows = (
            MailAlert.objects.select_for_update(of=("self",), skip_locked=True)
            .filter(told_at=None, subscription__subscriber_id=organisation, subscription__frequency__in=HOURS)
            .filter(subscription__state=SubscriptionState.ACTIVE)
            .select_related("subscription__process", "subscription__subscriber", "notification")
        )
        due = [row for row in rows if row.notification.at < last_slot(row.subscription.frequency, moment)]
        by_address: dict[str, list[MailAlert]] = {}
        for row in due:
            for address in row.subscription.emails:
                by_address.setdefault(address, []).append(row)
        for address, alerts in by_address.items():
            _write_digest(address, alerts)
        _note_told(due)
    return len(by_address)


def _write_digest(address: str, alerts: list[MailAlert]) -> None:
    cases = {alert.notification.case_id: alert.subscription.process.name for alert in alerts}
    counts = sorted(Counter(cases.values()).items())
    notifications.write_mail(
        to=address,
        template="exchange/mail/digest.txt",
        context={
            "organisation": alerts[0].subscription.subscriber.name,
            "total": len(cases),
            "lines": counts,
            "url": settings.SITE_URL + reverse("desk"),
        },
    )
