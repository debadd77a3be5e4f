"""Figures of the journal for its supervision."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Min

from parvis.ledger.models import Checkpoint, Entry, Leaf, Pending


@dataclass(frozen=True, slots=True)
class LedgerFigures:
    """Entries in the tree, entries not yet in it, since when the oldest waits, when the last checkpoint was signed."""

    sealed: int
    pending: int
    oldest_pending: datetime | None
    last_checkpoint: datetime | None


def ledger_figures() -> LedgerFigures:
    """Return them. The tree's size is its last position: nothing is counted row by row but what waits."""
    last = Leaf.objects.order_by("-position").values_list("position", flat=True).first()
    waiting = Pending.objects.values("entry_id")
    return LedgerFigures(
        sealed=0 if last is None else last + 1,
        pending=Pending.objects.count(),
        oldest_pending=Entry.objects.filter(id__in=waiting).aggregate(at=Min("at"))["at"],
        last_checkpoint=Checkpoint.objects.order_by("-size").values_list("at", flat=True).first(),
    )
