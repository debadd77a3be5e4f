"""Proofs that stand alone: c2sp.org/tlog-proof@v1, and proofs of consistency as lines of base64. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from parvis.core.tlog import merkle, notes

PROOF_HEADER = "c2sp.org/tlog-proof@v1"
MOST_HASHES = 63
"""Hashes in the longest proof of a tree of 2^63 leaves."""


class BadProofError(ValueError):
    """The text is not a proof, or does not prove it; the message, in French, says why."""


@dataclass(frozen=True, slots=True)
class TlogProof:
    """The place of a leaf in the tree of a checkpoint. ``hashes`` go from the leaf up.

    ``extra`` is not authenticated by anything: we put the leaf there, which the proof itself then confirms.
    """

    index: int
    hashes: tuple[bytes, ...]
    checkpoint: str
    extra: bytes = b""

    def __str__(self) -> str:
        extra = f"extra {notes.b64(self.extra)}\n" if self.extra else ""
        return f"{PROOF_HEADER}\n{extra}index {self.index}\n{write_hashes(self.hashes)}\n{self.checkpoint}"

    def check(self, leaf: bytes, verifiers: Iterable[notes.Verifier]) -> notes.Checkpoint:
        """Return the checkpoint under which this leaf stands. Raise BadNoteError, BadProofError when it does not."""
        stated = notes.read(self.checkpoint, verifiers)
        self.check_under(leaf, stated)
        return stated

    def check_under(self, leaf: bytes, stated: notes.Checkpoint) -> None:
        """Raise BadProofError when this leaf is not at this place under this checkpoint, whoever signed it."""
        root = merkle.root_from_inclusion(merkle.leaf_hash(leaf), self.index, stated.size, self.hashes)
        if root != stated.root:
            message = "Cette entrée n’est pas à cette place du journal : la preuve ne mène pas à la racine signée."
            raise BadProofError(message)


def read_proof(text: str) -> TlogProof:
    """Read a proof. Raise BadProofError; nothing of what it says is believed yet."""
    head, separator, checkpoint = text.partition("\n\n")
    lines = head.split("\n")
    if lines[0] != PROOF_HEADER or not separator:
        message = f"Ce fichier n’est pas une preuve de journal : il doit commencer par « {PROOF_HEADER} »."
        raise BadProofError(message)
    extra = b""
    if len(lines) > 1 and lines[1].startswith("extra "):
        extra = notes.unb64(lines.pop(1).removeprefix("extra "))
        if not extra:
            message = "La ligne « extra » de cette preuve est illisible."
            raise BadProofError(message)
    place = lines[1].removeprefix("index ") if len(lines) > 1 and lines[1].startswith("index ") else ""
    return TlogProof(_number(place), read_hashes(lines[2:]), checkpoint, extra)


def write_hashes(hashes: Iterable[bytes]) -> str:
    """Write hashes one a line."""
    return "".join(f"{notes.b64(one)}\n" for one in hashes)


def read_hashes(lines: Sequence[str]) -> tuple[bytes, ...]:
    """Read hashes written one a line. Raise BadProofError when one is not, or when there are too many."""
    hashes = tuple(notes.unb64(line) for line in lines)
    if len(hashes) > MOST_HASHES or any(len(one) != merkle.HASH_BYTES for one in hashes):
        message = "Une ligne de cette preuve n’est pas une empreinte SHA-256 en base 64."
        raise BadProofError(message)
    return hashes


def _number(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > len(str(2**63)) or str(int(text)) != text:
        message = "La place annoncée par cette preuve n’est pas un nombre."
        raise BadProofError(message)
    return int(text)
