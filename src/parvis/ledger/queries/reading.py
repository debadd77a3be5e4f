"""Read entries and checkpoints."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from parvis.ledger.enums import Outcome
from parvis.ledger.models import Checkpoint, Entry


def entries_about(account: UUID) -> QuerySet[Entry]:
    """Return every act on a person's data, the latest first: "who consulted my data" (RGPD, article 15)."""
    return Entry.objects.filter(about=account).order_by("-id")


def entries_of(subject: str) -> QuerySet[Entry]:
    """Return every act on a subject (``kind:id``), the latest first."""
    return Entry.objects.filter(subject=subject).order_by("-id")


def acted_since(subjects: Collection[str], *, kind: str, actions: Collection[str], since: datetime) -> bool:
    """Tell whether an actor of this kind did one of these acts on one of these subjects since then."""
    found = Entry.objects.filter(subject__in=subjects, actor_kind=kind, action__in=actions, at__gte=since)
    return found.filter(outcome=Outcome.DONE).exists()


def latest_checkpoint() -> Checkpoint | None:
    """Return the last signed statement of the tree, None before the first."""
    return Checkpoint.objects.order_by("-size").first()


def acts_of_others_on(account: UUID) -> QuerySet[Entry]:
    """Return the acts that someone else, or the platform, did on a person's data.

    Neither what was refused, nor the life of the account itself: opened, signed in, by its owner.
    """
    done = entries_about(account).filter(outcome="done").exclude(action__startswith="account.")
    return done.exclude(actor_kind="account", actor_id=account)
