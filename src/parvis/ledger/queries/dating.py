"""The daily timestamps of the journal."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from parvis.core.tlog import stamps
from parvis.ledger.models import Checkpoint, Stamp
from parvis.ledger.standalone.dating import DatedCheckpoint


@dataclass(frozen=True, slots=True)
class StampWanted:
    """The bytes to timestamp, and what they say of the timestamp before."""

    text: bytes
    previous: bytes


def stamp_wanted(size: int) -> StampWanted | None:
    """Return what to timestamp for this checkpoint; None when there is none, or when one as long is dated."""
    note = Checkpoint.objects.filter(size=size).values_list("note", flat=True).first()
    last = Stamp.objects.order_by("-checkpoint_id").first()
    if note is None or (last is not None and last.checkpoint_id >= size):
        return None
    previous = stamps.link_of(bytes(last.token)) if last else stamps.FIRST_STAMP
    return StampWanted(stamps.stamped_text(note, previous), previous)


def last_dated() -> datetime | None:
    """Return the time that the last timestamp gives, None before the first."""
    return Stamp.objects.order_by("-checkpoint_id").values_list("at", flat=True).first()


def dated_checkpoints() -> list[DatedCheckpoint]:
    """Return every timestamp kept, oldest first: one a day."""
    rows = Stamp.objects.order_by("checkpoint_id").values_list("checkpoint_id", "previous", "token")
    return [DatedCheckpoint(size, bytes(previous), bytes(token)) for size, previous, token in rows]


def first_checkpoint_at() -> datetime | None:
    """Return when the journal began, None while it is empty."""
    return Checkpoint.objects.order_by("size").values_list("at", flat=True).first()


def notes_of(sizes: Iterable[int]) -> dict[int, str]:
    """Return the notes of these checkpoints."""
    return dict(Checkpoint.objects.filter(size__in=list(sizes)).values_list("size", "note"))
