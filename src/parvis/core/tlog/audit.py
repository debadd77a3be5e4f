"""Recompute a log leaf by leaf and report where it departs from its tiles and its checkpoints. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from parvis.core.tlog import merkle, notes

ENOUGH = 50
"""Findings after which the rest is counted and no longer told."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not as it was written. ``entry`` is an id, empty when only the position is known."""

    code: str
    message: str
    position: int | None = None
    entry: str = ""


@dataclass(frozen=True, slots=True)
class Statement:
    """A checkpoint as it is kept: the columns, and the note that should say the same."""

    size: int
    root: bytes
    note: str


@dataclass(slots=True)
class Report:
    """What a verification saw. The log is sound when ``findings`` is empty."""

    entries: int = 0
    checkpoints: int = 0
    pending: int = 0
    erased: int = 0
    root: str = ""
    findings: list[Finding] = field(default_factory=list)
    more: int = 0

    def add(self, code: str, message: str, *, position: int | None = None, entry: str = "") -> None:
        """Note a finding; after `ENOUGH` of them, only count."""
        if len(self.findings) < ENOUGH:
            self.findings.append(Finding(code, message, position, entry))
        else:
            self.more += 1


class Auditor:
    """Fed every leaf in order, compares with the tiles and with each checkpoint at its size.

    A leaf that differs from its tile is reported, and the tile's hash goes on in its stead: one altered entry gives
    one finding, and the checkpoints then tell whether the tiles themselves can be believed.
    """

    def __init__(
        self,
        report: Report,
        read_tile: merkle.ReadTile,
        checkpoints: Iterable[Statement],
        verifiers: Sequence[notes.Verifier],
    ) -> None:
        self._report = report
        self._read = read_tile
        self._builder = merkle.Builder()
        self._tile: list[bytes] = []
        self._checkpoints = iter(checkpoints)
        self._next: Statement | None = None
        self._last_size = 0
        self._roots_fail = False
        self._verifiers = verifiers
        self._advance()

    def leaf(self, position: int, digest: bytes, entry: str = "") -> bool:
        """Take the next leaf. Return False when a gap makes going on pointless."""
        expected = self._builder.size
        if position != expected:
            message = f"La position {expected} manque dans l’arbre : une entrée a été retirée."
            self._report.add("leaf_missing", message, position=expected, entry=entry)
            self._report.entries = expected
            return False
        if position % merkle.TILE_WIDTH == 0:
            self._tile = merkle.split(self._read(0, position // merkle.TILE_WIDTH))
        self._builder.append(self._compare(position, merkle.leaf_hash(digest), entry))
        if self._builder.size % merkle.TILE_WIDTH == 0:
            self._check_tiles()
        self._check_roots()
        return True

    def finish(self) -> None:
        """Compare what is left once every leaf was given."""
        size = self._builder.size
        self._check_tiles()
        if self._next is not None:
            message = f"Un point de contrôle signé annonce {self._next.size} entrées, l’arbre n’en a que {size}."
            self._report.add("leaves_missing", message, position=size)
        elif self._last_size != size:
            message = f"L’arbre a {size} entrées, le dernier point de contrôle n’en signe que {self._last_size}."
            self._report.add("leaves_unsigned", message, position=self._last_size)
        self._report.entries = size
        self._report.root = self._builder.root().hex()

    def _compare(self, position: int, computed: bytes, entry: str) -> bytes:
        offset = position % merkle.TILE_WIDTH
        stored = self._tile[offset] if offset < len(self._tile) else None
        if stored == computed:
            return computed
        name = f"L’entrée {entry}" if entry else "L’entrée"
        message = (
            f"{name} en position {position} n’est pas celle qui a été inscrite dans l’arbre."
            if stored
            else f"La tuile de la position {position} manque ou est tronquée."
        )
        self._report.add("leaf_changed" if stored else "tile_missing", message, position=position, entry=entry)
        return stored or computed

    def _check_tiles(self) -> None:
        for (level, number), hashes in self._builder.changed().items():
            if level and not self._read(level, number).startswith(hashes):
                first = number * merkle.TILE_WIDTH ** (level + 1)
                message = f"La tuile {number} du niveau {level} ne correspond pas aux entrées qu’elle résume."
                self._report.add("tile_changed", message, position=first)

    def _check_roots(self) -> None:
        while self._next is not None and self._next.size == self._builder.size:
            if self._next.root != self._builder.root() and not self._roots_fail:
                self._roots_fail = True  # those that follow differ too
                message = (
                    f"La racine signée à {self._next.size} entrées n’est pas celle de l’arbre : une entrée a été "
                    f"changée entre les positions {self._last_size} et {self._next.size - 1}."
                )
                self._report.add("root_mismatch", message, position=self._last_size)
            self._last_size = self._next.size
            self._advance()

    def _advance(self) -> None:
        self._next = next(self._checkpoints, None)
        if self._next is None:
            return
        self._report.checkpoints += 1
        try:
            stated = notes.read(self._next.note, self._verifiers)
        except notes.BadNoteError as error:
            self._report.add("checkpoint_forged", f"Point de contrôle {self._next.size} : {error}")
            return
        if (stated.size, stated.root) != (self._next.size, self._next.root):
            message = f"Point de contrôle {self._next.size} : la base ne dit pas ce que le texte signé affirme."
            self._report.add("checkpoint_forged", message)
            self._next = Statement(self._next.size, stated.root, self._next.note)
