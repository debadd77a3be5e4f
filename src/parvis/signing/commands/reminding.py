"""Remind officers of what waits, once a day at most, and clean what was frozen and left."""

from collections import defaultdict
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q

from parvis.access.enums import Action
from parvis.core import outbox
from parvis.core.clock import PARIS, now, today
from parvis.identity import queries as identity
from parvis.notifications import commands as notifications
from parvis.signing import queries
from parvis.signing.commands.batches import CONFIRM_WITHIN
from parvis.signing.enums import BatchState, CertificateState, EntryState, ItemState, KeyPlace
from parvis.signing.models import BatchEntry, Item, SigningBatch, SigningCertificate

WAITS_SINCE = timedelta(days=2)
AGAIN_AFTER = timedelta(days=3)
LAST_REMINDER = timedelta(days=7)


def remind_officers() -> int:
    """Write one mail to each officer who has documents waiting for long, or due tomorrow. Return how many mails."""
    moment = now()
    late = Q(changed_at__lt=moment - WAITS_SINCE) | Q(due_on__lte=today() + timedelta(days=1))
    quiet = Q(reminded_at=None) | Q(reminded_at__lt=moment - AGAIN_AFTER)
    with transaction.atomic():
        rows = Item.objects.select_for_update(skip_locked=True).filter(
            late, quiet, state__in=(ItemState.TO_VISA, ItemState.TO_SIGN)
        )
        waiting: dict[UUID, list[UUID]] = defaultdict(list)
        for item, officer in rows.values_list("id", "officer_id"):
            if officer is not None:
                waiting[officer].append(item)
        for officer, items in waiting.items():
            account = identity.account(officer)
            notifications.write_mail(
                to=(account.email or "") if account else "",
                template="signing/mail/reminder.txt",
                context={"count": len(items), "site_url": settings.SITE_URL},
            )
            Item.objects.filter(id__in=items).update(reminded_at=moment)
    return len(waiting)


def remind_certificates() -> int:
    """Write to holders and administrators of certificates that end soon: once a month before, once a week before.

    Return how many certificates.
    """
    moment = now()
    late = Q(ends_at__lte=moment + LAST_REMINDER) & Q(reminded_at__lt=F("ends_at") - LAST_REMINDER)
    with transaction.atomic():
        rows = SigningCertificate.objects.select_for_update(of=("self",), skip_locked=True).filter(
            Q(reminded_at=None) | late,
            state=CertificateState.ACTIVE,
            ends_at__gt=moment,
            ends_at__lte=moment + queries.ENDS_SOON,
        )
        found = list(rows.select_related("key__holder", "key__organisation"))
        for row in found:
            _tell_end(row)
            row.reminded_at = moment
            row.save(update_fields=("reminded_at",))
    return len(found)


def _tell_end(row: SigningCertificate) -> None:
    people = {row.key.holder_id: row.key.holder.email}
    for account, _name in queries.officers_of(row.key.organisation_id, Action.MEMBERS_MANAGE):
        found = identity.account(account)
        people[account] = found.email if found else ""
    for email in filter(None, people.values()):
        notifications.write_mail(
            to=email,
            template="signing/mail/certificate.txt",
            context={
                "holder": str(row.key.holder),
                "organisation": row.key.organisation.name,
                "ends_on": f"{row.ends_at.astimezone(PARIS):%d/%m/%Y}",
                "site_url": settings.SITE_URL,
            },
        )


def forget_old_lists() -> int:
    """Give up the lists that nobody confirmed in time. Return how many. Those that a card left unfinished are ended."""
    _end_left_by_cards()
    with transaction.atomic():
        old = SigningBatch.objects.select_for_update(skip_locked=True).filter(
            state=BatchState.FROZEN, frozen_at__lt=now() - CONFIRM_WITHIN
        )
        ids = list(old.values_list("id", flat=True))
        BatchEntry.objects.filter(batch__in=ids, state=EntryState.PENDING).update(state=EntryState.SKIPPED)
        SigningBatch.objects.filter(id__in=ids).update(state=BatchState.CANCELLED, finished_at=now())
    return len(ids)


def _end_left_by_cards() -> None:
    """A card signs within the time of its confirmation: what is left then waits for another one."""
    left = SigningBatch.objects.filter(
        state=BatchState.CONFIRMED, authorised_until__lt=now(), certificate__key__backend=KeyPlace.CARD
    )
    with transaction.atomic():
        for batch in left.values_list("id", flat=True):
            outbox.send("signing.sign_batch", lock=f"batch-{batch}", batch=batch)
