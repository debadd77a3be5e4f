"""The Merkle tree of RFC 6962, cut into tiles of 256 hashes as C2SP tlog-tiles does. Pure.

A *node* of height h and index i covers the leaves i·2^h … (i+1)·2^h - 1. A tile of level L holds nodes of height 8·L.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

HASH_BYTES = 32
TILE_HEIGHT = 8
TILE_WIDTH = 1 << TILE_HEIGHT
EMPTY_ROOT = hashlib.sha256(b"").digest()

Tile = tuple[int, int]
"""Level and number of a tile."""
ReadTile = Callable[[int, int], bytes]
"""Return the hashes of a tile, end to end; as many of them as are known."""


def leaf_hash(data: bytes) -> bytes:
    """Hash a leaf (RFC 6962, §2.1)."""
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash two nodes into their parent (RFC 6962, §2.1)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def split(hashes: bytes) -> list[bytes]:
    """Cut hashes laid end to end."""
    return [hashes[start : start + HASH_BYTES] for start in range(0, len(hashes), HASH_BYTES)]


def perfect_root(nodes: Sequence[bytes]) -> bytes:
    """Return the root over nodes of one height whose number is a power of two."""
    row = list(nodes)
    while len(row) > 1:
        row = [node_hash(row[rank], row[rank + 1]) for rank in range(0, len(row), 2)]
    return row[0]


def fold(peaks: Sequence[bytes]) -> bytes:
    """Return the root over perfect subtrees of decreasing heights, left to right; `EMPTY_ROOT` for none."""
    if not peaks:
        return EMPTY_ROOT
    root = peaks[-1]
    for left in reversed(peaks[:-1]):
        root = node_hash(left, root)
    return root


def split_point(size: int) -> int:
    """Return the largest power of two strictly below ``size`` (at least 2)."""
    return 1 << ((size - 1).bit_length() - 1)


class Builder:
    """Grow a tree leaf by leaf and give back the tiles that changed.

    ``edge`` holds, for each level, the unfinished last tile of the tree of ``size`` leaves; raise ValueError when
    those tiles are not as wide as the size requires.
    """

    def __init__(self, size: int = 0, edge: Mapping[int, bytes] | None = None) -> None:
        self.size = size
        self._edge: list[bytearray] = []
        self._done: list[int] = []
        self._full: dict[Tile, bytes] = {}
        self._touched: set[int] = set()
        known = edge or {}
        level, count = 0, size
        while count:
            hashes = bytearray(known.get(level, b""))
            if len(hashes) != count % TILE_WIDTH * HASH_BYTES:
                message = f"tile/{level}/{count // TILE_WIDTH} does not fit a tree of {size} leaves"
                raise ValueError(message)
            self._edge.append(hashes)
            self._done.append(count // TILE_WIDTH)
            level, count = level + 1, count // TILE_WIDTH

    def append(self, leaf: bytes) -> None:
        """Add one leaf hash."""
        self._put(0, leaf)
        self.size += 1

    def _put(self, level: int, node: bytes) -> None:
        if level == len(self._edge):
            self._edge.append(bytearray())
            self._done.append(0)
        edge = self._edge[level]
        edge += node
        self._touched.add(level)
        if len(edge) == TILE_WIDTH * HASH_BYTES:
            self._full[level, self._done[level]] = bytes(edge)
            self._done[level] += 1
            root = perfect_root(split(bytes(edge)))
            edge.clear()
            self._put(level + 1, root)

    def changed(self) -> dict[Tile, bytes]:
        """Return the tiles that changed since the last call, finished or not, and forget them."""
        tiles = self._full
        for level in self._touched:
            if self._edge[level]:
                tiles[level, self._done[level]] = bytes(self._edge[level])
        self._full, self._touched = {}, set()
        return tiles

    def root(self) -> bytes:
        """Return the root of the present tree."""
        peaks: list[bytes] = []
        for edge in reversed(self._edge):
            nodes = split(bytes(edge))
            start = 0
            for width in binary_widths(len(nodes)):
                peaks.append(perfect_root(nodes[start : start + width]))
                start += width
        return fold(peaks)


def binary_widths(count: int) -> Iterator[int]:
    """Yield the powers of two whose sum is ``count``, the largest first."""
    for bit in reversed(range(count.bit_length())):
        if count >> bit & 1:
            yield 1 << bit


class Tree:
    """Prove things about a tree from its tiles."""

    def __init__(self, read: ReadTile) -> None:
        self._read = read

    def node(self, height: int, index: int) -> bytes:
        """Return a node of the tree. Raise LookupError when its tile does not hold it."""
        level, within = divmod(height, TILE_HEIGHT)
        number, offset = divmod(index << within, TILE_WIDTH)
        width = 1 << within
        nodes = split(self._read(level, number))[offset : offset + width]
        if len(nodes) != width:
            message = f"tile/{level}/{number} is missing or too short"
            raise LookupError(message)
        return perfect_root(nodes)

    def root(self, start: int, end: int) -> bytes:
        """Return the root over leaves ``start`` … ``end`` - 1, where ``start`` is aligned as RFC 6962 splits do."""
        peaks = []
        for width in binary_widths(end - start):
            peaks.append(self.node(width.bit_length() - 1, start // width))
            start += width
        return fold(peaks)

    def inclusion(self, position: int, size: int) -> list[bytes]:
        """Prove that a leaf is in the tree of ``size`` leaves (RFC 6962, §2.1.1), from the leaf up."""
        if not 0 <= position < size:
            message = f"no leaf {position} in a tree of {size}"
            raise ValueError(message)
        start, end, proof = 0, size, []
        while end - start > 1:
            middle = start + split_point(end - start)
            if position < middle:
                proof.append(self.root(middle, end))
                end = middle
            else:
                proof.append(self.root(start, middle))
                start = middle
        return proof[::-1]

    def consistency(self, old: int, new: int) -> list[bytes]:
        """Prove that the tree of ``new`` leaves extends that of ``old`` (RFC 6962, §2.1.2)."""
        if not 0 < old <= new:
            message = f"a tree of {new} leaves does not extend one of {old}"
            raise ValueError(message)
        start, end, whole, proof = 0, new, True, []
        while old != end:
            middle = start + split_point(end - start)
            if old <= middle:
                proof.append(self.root(middle, end))
                end = middle
            else:
                proof.append(self.root(start, middle))
                start, whole = middle, False
        if not whole:
            proof.append(self.root(start, end))
        return proof[::-1]


class _Asked(Tree):
    """Notes which tiles a question reads, and hashes nothing."""

    def __init__(self) -> None:
        super().__init__(lambda *_: b"")
        self.seen: set[Tile] = set()

    def node(self, height: int, index: int) -> bytes:
        """Note the tile that holds a node."""
        level, within = divmod(height, TILE_HEIGHT)
        self.seen.add((level, (index << within) // TILE_WIDTH))
        return EMPTY_ROOT


def tiles_needed(ask: Callable[[Tree], object]) -> set[Tile]:
    """Return which tiles a question to a `Tree` reads, so that they can be fetched at once."""
    asked = _Asked()
    ask(asked)
    return asked.seen


def root_from_inclusion(leaf: bytes, position: int, size: int, proof: Iterable[bytes]) -> bytes | None:
    """Return the root that an inclusion proof leads to, None when the proof cannot be one (RFC 9162, §2.1.3.2)."""
    if not 0 <= position < size:
        return None
    first, last, root = position, size - 1, leaf
    for sibling in proof:
        if last == 0:
            return None
        if first & 1 or first == last:
            root = node_hash(sibling, root)
            while first and not first & 1:
                first, last = first >> 1, last >> 1
        else:
            root = node_hash(root, sibling)
        first, last = first >> 1, last >> 1
    return root if last == 0 else None


def is_consistent(old: int, new: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]) -> bool:
    """Tell whether a proof shows that the new tree extends the old one (RFC 9162, §2.1.4.2)."""
    if old == new:
        return not proof and old_root == new_root
    if not 0 < old < new:
        return False
    path = list(proof) if old & (old - 1) else [old_root, *proof]
    if not path:
        return False
    first, last = old - 1, new - 1
    while first & 1:
        first, last = first >> 1, last >> 1
    left = right = path[0]
    for sibling in path[1:]:
        if last == 0:
            return False
        if first & 1 or first == last:
            left, right = node_hash(sibling, left), node_hash(sibling, right)
            while first and not first & 1:
                first, last = first >> 1, last >> 1
        else:
            right = node_hash(right, sibling)
        first, last = first >> 1, last >> 1
    return last == 0 and left == old_root and right == new_root
