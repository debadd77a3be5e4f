"""Read entries and checkpoints."""

from uuid import UUID

from django.db.models import QuerySet

from parvis.ledger.models import Checkpoint, Entry


def entries_about(account: UUID) -> QuerySet[Entry]:
    """Return every act on a person's data, the latest first: "who consulted my data" (RGPD, article 15)."""
    return Entry.objects.filter(about=account).order_by("-id")


def entries_of(subject: str) -> QuerySet[Entry]:
    """Return every act on a subject (``kind:id``), the latest first."""
    return Entry.objects.filter(subject=subject).order_by("-id")


def latest_checkpoint() -> Checkpoint | None:
    """Return the last signed statement of the tree, None before the first."""
    return Checkpoint.objects.order_by("-size").first()
