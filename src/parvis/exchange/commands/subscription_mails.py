"""Mail at each step of a subscription's life, to the subscriber's addresses and to the platform's operator."""

from django.conf import settings
from django.urls import reverse

from parvis.exchange.models import Subscription
from parvis.notifications import commands as notifications


def tell_subscriber(row: Subscription, step: str) -> None:
    """Write to every address of the subscription what has just become of it (``step`` names the paragraph)."""
    for address in dict.fromkeys(row.emails):
        _write(address, row, step)


def tell_operator(row: Subscription) -> None:
    """Tell the operator that a request waits for its decision."""
    _write(settings.OPERATOR_EMAIL, row, "to_validate")


def _write(address: str, row: Subscription, step: str) -> None:
    notifications.write_mail(
        to=address,
        template="exchange/mail/subscription.txt",
        context={
            "subscription": row,
            "step": step,
            "url": settings.SITE_URL + reverse("subscription", args=[row.id]),
        },
    )
