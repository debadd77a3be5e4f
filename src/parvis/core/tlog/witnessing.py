"""What a witness accepts (C2SP tlog-witness): a request, the last checkpoint it cosigned, and the answer. Pure.

Keeping what was accepted, durably and before it answers, is for the caller: `judge` decides and remembers nothing.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from parvis.core.tlog import merkle, notes, proofs

MOST_REQUEST_BYTES = 64 * 1024
"""Of a request, or of its answer: 63 hashes and a checkpoint with a dozen post-quantum signatures."""
PLAIN, SIZE_TYPE = "text/plain; charset=utf-8", "text/x.tlog.size"


@dataclass(frozen=True, slots=True)
class AddCheckpoint:
    """A request: this checkpoint, and the proof that it extends the tree of ``old`` leaves."""

    old: int
    proof: tuple[bytes, ...]
    note: str

    def __str__(self) -> str:
        return f"old {self.old}\n{proofs.write_hashes(self.proof)}\n{self.note}"


@dataclass(frozen=True, slots=True)
class Seen:
    """The last checkpoint cosigned of a log."""

    origin: str
    size: int
    root: bytes
    note: str


class WitnessRefusalError(Exception):
    """The witness does not cosign: status of HTTP, body and type of the answer."""

    def __init__(self, status: int, body: str, kind: str = PLAIN) -> None:
        super().__init__(f"{status} {body}")
        self.status, self.body, self.kind = status, body, kind


def read_request(text: str) -> AddCheckpoint:
    """Read a request. Raise WitnessRefusalError (400) when it is not one."""
    head, separator, note = text.partition("\n\n")
    lines = head.split("\n")
    old = lines[0].removeprefix("old ")
    number = old.isascii() and old.isdigit() and len(old) <= len(str(2**63)) and str(int(old)) == old
    if not separator or not lines[0].startswith("old ") or not number or not note.endswith("\n"):
        raise WitnessRefusalError(400, "malformed request\n")
    try:
        return AddCheckpoint(int(old), proofs.read_hashes(lines[1:]), note)
    except proofs.BadProofError as error:
        raise WitnessRefusalError(400, "malformed consistency proof\n") from error


def judge(request: AddCheckpoint, seen: Seen | None, logs: Iterable[notes.Verifier]) -> Seen:
    """Return what to keep, then cosign. Raise WitnessRefusalError with the answer of the protocol otherwise."""
    stated = _stated(request.note, list(logs))
    if request.old > stated.size:
        raise WitnessRefusalError(400, "the old size is above the checkpoint's\n")
    last = seen or Seen(stated.origin, 0, merkle.EMPTY_ROOT, "")
    if request.old != last.size:
        raise WitnessRefusalError(409, f"{last.size}\n", SIZE_TYPE)
    if stated.size == last.size and stated.root != last.root:
        raise WitnessRefusalError(409, f"{last.size}\n", SIZE_TYPE)
    if not _extends(request, last, stated):
        raise WitnessRefusalError(422, "the consistency proof does not hold\n")
    return Seen(stated.origin, stated.size, stated.root, request.note)


def _extends(request: AddCheckpoint, last: Seen, stated: notes.Checkpoint) -> bool:
    if last.size == 0:
        return not request.proof
    return merkle.is_consistent(last.size, stated.size, last.root, stated.root, request.proof)


def _stated(note: str, logs: list[notes.Verifier]) -> notes.Checkpoint:
    try:
        claimed, _ = notes.unverified(note)
    except notes.BadNoteError as error:
        raise WitnessRefusalError(400, "malformed checkpoint\n") from error
    known = [log for log in logs if log.name == claimed.origin]
    if not known:
        raise WitnessRefusalError(404, "unknown log\n")
    try:
        return notes.read(note, known)
    except notes.BadNoteError as error:
        raise WitnessRefusalError(403, "no signature of a trusted key\n") from error
