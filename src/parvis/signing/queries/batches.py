"""Batches of an officer, and what became of each document."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, QuerySet

from parvis.core.actor import Actor
from parvis.core.errors import AbsentError
from parvis.signing.enums import EntryState
from parvis.signing.models import BatchEntry, SigningBatch

SAMPLES = 3


@dataclass(frozen=True, slots=True)
class BatchCounts:
    """How many documents of a batch are where."""

    done: int = 0
    waiting: int = 0
    left_out: int = 0
    failed: int = 0
    pending: int = 0  # of those waiting, how many have no signature yet


def batches_of(actor: Actor) -> "QuerySet[SigningBatch]":
    """Return someone's batches, newest first."""
    return SigningBatch.objects.filter(officer_id=actor.person).select_related("organisation").order_by("-id")


def batch_of(batch_id: UUID, actor: Actor) -> SigningBatch:
    """Return a batch of this officer. Raise AbsentError."""
    row = (
        SigningBatch.objects.filter(id=batch_id, officer_id=actor.person)
        .select_related("organisation", "certificate__key")
        .first()
    )
    if row is None:
        raise AbsentError("unknown_batch", "Ce lot n’existe pas.")
    return row


def entries_of(batch: SigningBatch) -> "QuerySet[BatchEntry]":
    """Return the documents of a batch, in the order of the list, without what was prepared."""
    return (
        BatchEntry.objects.filter(batch=batch).select_related("item").defer("prepared", "evidence").order_by("position")
    )


def samples_of(batch: SigningBatch) -> list[BatchEntry]:
    """Return a few documents to read before confirming: the first, one in the middle, the last."""
    places = sorted({0, batch.count // 2, batch.count - 1})[:SAMPLES]
    return list(entries_of(batch).filter(position__in=places))


def outcome(batch: SigningBatch) -> BatchCounts:
    """Count the documents by outcome. One query."""
    rows = dict(BatchEntry.objects.filter(batch=batch).values_list("state").annotate(n=Count("id")))
    return BatchCounts(
        done=rows.get(EntryState.DONE, 0),
        waiting=sum(rows.get(one, 0) for one in (EntryState.PENDING, EntryState.SIGNED, EntryState.WAITING_TIME)),
        left_out=rows.get(EntryState.SKIPPED, 0),
        failed=rows.get(EntryState.FAILED, 0),
        pending=rows.get(EntryState.PENDING, 0),
    )
