"""A log in memory, for tests that need no database: its leaves, its checkpoints, its proofs."""

from parvis.core.tlog import merkle, notes

SIGNER = notes.Signer("parvis.test/journal", bytes(range(32)))


class Log:
    """Grows, signs and proves. ``twist`` makes another past of the same length."""

    def __init__(self, twist: int = -1) -> None:
        self._builder = merkle.Builder()
        self._tiles: dict[merkle.Tile, bytes] = {}
        self._twist = twist
        self.leaves: list[bytes] = []

    def grow(self, size: int) -> str:
        """Grow to this size at least, and return the signed note of that size."""
        while self._builder.size < size:
            number = self._builder.size
            leaf = (number if number != self._twist else -number - 1).to_bytes(8, "big", signed=True)
            self.leaves.append(leaf)
            self._builder.append(merkle.leaf_hash(leaf))
        self._tiles |= self._builder.changed()
        return SIGNER.sign(size, self.tree.root(0, size))

    @property
    def tree(self) -> merkle.Tree:
        """Prove things about it."""
        return merkle.Tree(lambda level, number: self._tiles.get((level, number), b""))

    def consistency(self, old: int, new: int) -> tuple[bytes, ...]:
        """Prove that it grew; nothing from nothing."""
        return tuple(self.tree.consistency(old, new)) if 0 < old < new else ()
