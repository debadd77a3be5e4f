"""What a review looks at: rights to confirm, people who no longer come."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.db.models import F, Q, QuerySet
from django.db.models.functions import Coalesce

from parvis.access.models import Grant
from parvis.core import sql
from parvis.core.clock import now, today

QUARTER = timedelta(days=90)
SOON = timedelta(days=30)

_DORMANT = """
SELECT post.id, post.account_id, person.last_login FROM directory_membership post
JOIN identity_account person ON person.id = post.account_id
WHERE post.organisation_id = %(organisation)s AND post.state = 'active' AND post.starts_on <= %(day)s
AND (post.ends_on IS NULL OR post.ends_on >= %(today)s)
AND coalesce(person.last_login, person.created_at) < %(before)s
ORDER BY post.id
"""


@dataclass(frozen=True, slots=True)
class Dormant:
    """A membership whose person has not signed in for ninety days."""

    id: UUID
    account: UUID
    last_login: object


def to_confirm(organisation: UUID) -> "QuerySet[Grant]":
    """Return the live rights that nobody has given or confirmed for ninety days, the oldest first."""
    rows = live_grants(organisation).annotate(seen_at=Coalesce("reviewed_at", "created_at"))
    return rows.filter(seen_at__lt=now() - QUARTER).order_by("seen_at", "id")


def ending_soon(organisation: UUID) -> "QuerySet[Grant]":
    """Return the live rights that end within thirty days, the first to end first."""
    rows = live_grants(organisation).filter(effective_to__lt=now() + SOON)
    return rows.order_by(F("effective_to").asc(nulls_last=True), "id")


def live_grants(organisation: UUID) -> "QuerySet[Grant]":
    """Return the rights of an organisation that open something today, pending and suspended ones left out."""
    moment = now()
    until = (Q(valid_to=None) | Q(valid_to__gt=moment)) & (Q(effective_to=None) | Q(effective_to__gt=moment))
    rows = Grant.objects.filter(until, organisation_id=organisation, revoked_at=None, pending=False)
    return rows.filter(suspended_at=None, valid_from__lte=moment).select_related("unit")


def grants_of(organisation: UUID) -> "QuerySet[Grant]":
    """Return every right of an organisation, present and past."""
    return Grant.objects.filter(organisation_id=organisation).select_related("unit", "organisation")


def pending_grants(organisation: UUID) -> "QuerySet[Grant]":
    """Return the rights that wait for a second administrator, the oldest first."""
    rows = Grant.objects.filter(organisation_id=organisation, revoked_at=None, pending=True)
    return rows.select_related("unit").order_by("created_at", "id")


def dormant(organisation: UUID) -> list[Dormant]:
    """Return the memberships whose person has not signed in for ninety days (never, for an account that old).

    Someone who joined less than ninety days ago is given time.
    """
    values = {
        "organisation": organisation,
        "before": now() - QUARTER,
        "day": today() - QUARTER,
        "today": today(),
    }
    return [Dormant(*row) for row in sql.fetch(_DORMANT, values)]
