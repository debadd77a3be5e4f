"""Figures of the hub for its supervision: counts and ages, never a name nor an organisation. Each one query."""

from datetime import datetime
from typing import Any

from django.db.models import Count, Min

from parvis.exchange.enums import AttachmentState, WebhookState
from parvis.exchange.models import Attachment, Case, DownloadBudget, Folder, Notification, Situation, WebhookDelivery


def folders_by_process() -> dict[str, int]:
    """Return how many folders are kept, by process."""
    return _counts(Folder.objects.all(), "process_id")


def cases_by_state() -> list[tuple[str, str, int]]:
    """Return (process, state, how many cases)."""
    return list(Case.objects.order_by().values_list("process_id", "status").annotate(Count("id")))


def notifications_waiting() -> tuple[int, datetime | None]:
    """Return how many notifications wait to be acknowledged, and since when the oldest does."""
    found = Notification.objects.aggregate(count=Count("id"), oldest=Min("at"))
    return found["count"], found["oldest"]


def webhooks_by_state() -> dict[str, int]:
    """Return how many webhooks wait or were given up."""
    return _counts(WebhookDelivery.objects.exclude(state=WebhookState.DELIVERED), "state")


def attachments_pending() -> int:
    """Return how many announced documents have not come."""
    return Attachment.objects.filter(state=AttachmentState.PENDING).count()


def callers_cut() -> int:
    """Return how many callers the breaker keeps out now."""
    return DownloadBudget.objects.exclude(suspended_at=None).count()


def situations_open() -> dict[str, int]:
    """Return how many situations last, by kind."""
    return _counts(Situation.objects.filter(ended_at=None), "kind")


def _counts(rows: Any, column: str) -> dict[str, int]:
    return dict(rows.order_by().values_list(column).annotate(Count("pk")))
