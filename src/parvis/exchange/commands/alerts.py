"""Mail to an organisation that has something new to treat."""

from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from parvis.exchange.models import Case, Subscription
from parvis.notifications import commands as notifications


def alert_recipients(*, folder: UUID) -> None:
    """Write to the addresses that each recipient of a folder gave. The mail holds no personal data."""
    with transaction.atomic(durable=True):
        cases = Case.objects.filter(folder_id=folder).select_related("process", "recipient")
        addresses = dict(
            Subscription.objects.filter(
                process_id__in={case.process_id for case in cases}, subscriber_id__in={c.recipient_id for c in cases}
            ).values_list("subscriber_id", "emails")
        )
        for case in cases:
            for address in addresses.get(case.recipient_id, ()):
                notifications.write_mail(
                    to=address,
                    template="exchange/mail/new_case.txt",
                    context={"case": case, "url": settings.SITE_URL + reverse("desk_case", args=[case.id])},
                )
