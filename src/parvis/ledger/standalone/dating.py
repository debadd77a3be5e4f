"""The daily timestamps of a journal: each covers a checkpoint and the timestamp before it."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from parvis.core.tlog import notes, stamps
from parvis.ledger.standalone import timetokens
from parvis.ledger.standalone.timetokens import BadTimeTokenError, TimeToken


class BadStampError(ValueError):
    """A daily timestamp does not hold; the message, in French, says which and why."""


@dataclass(frozen=True, slots=True)
class DatedCheckpoint:
    """A timestamp as it is kept: the size of its checkpoint, what it says of the one before, and the token."""

    size: int
    previous: bytes
    token: bytes


def verify_stamps(kept: Iterable[DatedCheckpoint], notes_by_size: Mapping[int, str]) -> list[tuple[int, TimeToken]]:
    """Return size and token of each, oldest first. Raise BadStampError when one does not hold, or is not chained."""
    found: list[tuple[int, TimeToken]] = []
    link = stamps.FIRST_STAMP
    for one in kept:
        note = notes_by_size.get(one.size)
        if note is None or one.previous != link or (found and found[-1][0] >= one.size):
            message = f"L’horodatage de {one.size} entrées ne suit pas celui d’avant, ou date ce qui n’existe pas."
            raise BadStampError(message)
        try:
            token = timetokens.read_time_token(one.token)
            token.check_covers(hashlib.new(token.algorithm, stamps.stamped_text(note, link)).digest())
        except (BadTimeTokenError, notes.BadNoteError) as error:
            message = f"L’horodatage de {one.size} entrées ne tient pas : {error}."
            raise BadStampError(message) from error
        if found and token.at < found[-1][1].at:
            message = f"L’horodatage de {one.size} entrées est plus ancien que celui d’avant."
            raise BadStampError(message)
        found.append((one.size, token))
        link = stamps.link_of(one.token)
    return found
