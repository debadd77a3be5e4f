"""The tree, against RFC 6962 written down naively, and against the standard's well-known values."""

import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parvis.core.tlog import merkle, tiles

Node = bytes


def sha(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def power_below(count: int) -> int:
    power = 1
    while power * 2 < count:
        power *= 2
    return power


def mth(leaves: list[bytes]) -> Node:
    """Merkle Tree Hash, RFC 6962 §2.1."""
    if not leaves:
        return sha(b"")
    if len(leaves) == 1:
        return sha(b"\x00" + leaves[0])
    k = power_below(len(leaves))
    return sha(b"\x01" + mth(leaves[:k]) + mth(leaves[k:]))


def path(m: int, leaves: list[bytes]) -> list[Node]:
    """PATH, RFC 6962 §2.1.1."""
    if len(leaves) == 1:
        return []
    k = power_below(len(leaves))
    if m < k:
        return [*path(m, leaves[:k]), mth(leaves[k:])]
    return [*path(m - k, leaves[k:]), mth(leaves[:k])]


def subproof(m: int, leaves: list[bytes], *, whole: bool) -> list[Node]:
    """SUBPROOF, RFC 6962 §2.1.2."""
    if m == len(leaves):
        return [] if whole else [mth(leaves)]
    k = power_below(len(leaves))
    if m <= k:
        return [*subproof(m, leaves[:k], whole=whole), mth(leaves[k:])]
    return [*subproof(m - k, leaves[k:], whole=False), mth(leaves[:k])]


def some_leaves(count: int) -> list[bytes]:
    return [number.to_bytes(4) for number in range(count)]


def grown(count: int) -> tuple[merkle.Builder, dict[merkle.Tile, bytes]]:
    builder = merkle.Builder()
    for leaf in some_leaves(count):
        builder.append(merkle.leaf_hash(leaf))
    return builder, builder.changed()


def tree_of(tiles: dict[merkle.Tile, bytes]) -> merkle.Tree:
    return merkle.Tree(lambda level, number: tiles.get((level, number), b""))


SIZES = st.integers(1, 40) | st.sampled_from([255, 256, 257, 511, 512, 513, 700])


def test_the_empty_tree_and_the_first_leaf_are_those_of_the_standard() -> None:
    assert merkle.Builder().root().hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert merkle.leaf_hash(b"").hex() == "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"


@settings(max_examples=40, deadline=None)
@given(SIZES)
def test_the_root_is_that_of_the_standard(count: int) -> None:
    assert grown(count)[0].root() == mth(some_leaves(count))


@settings(max_examples=40, deadline=None)
@given(SIZES, st.data())
def test_inclusion_proofs_are_those_of_the_standard_and_verify(count: int, data: st.DataObject) -> None:
    position = data.draw(st.integers(0, count - 1))
    leaves = some_leaves(count)
    proof = tree_of(grown(count)[1]).inclusion(position, count)
    assert proof == path(position, leaves)
    root = merkle.root_from_inclusion(merkle.leaf_hash(leaves[position]), position, count, proof)
    assert root == mth(leaves)


@settings(max_examples=40, deadline=None)
@given(SIZES, st.data())
def test_proofs_hold_for_every_past_size_too(count: int, data: st.DataObject) -> None:
    size = data.draw(st.integers(1, count))
    position = data.draw(st.integers(0, size - 1))
    assert tree_of(grown(count)[1]).inclusion(position, size) == path(position, some_leaves(size))


@settings(max_examples=40, deadline=None)
@given(SIZES, st.data())
def test_consistency_proofs_are_those_of_the_standard_and_verify(count: int, data: st.DataObject) -> None:
    old = data.draw(st.integers(1, count))
    leaves = some_leaves(count)
    proof = tree_of(grown(count)[1]).consistency(old, count)
    assert proof == subproof(old, leaves, whole=True)
    assert merkle.is_consistent(old, count, mth(leaves[:old]), mth(leaves), proof)


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 40), st.data())
def test_a_wrong_proof_of_inclusion_leads_elsewhere(count: int, data: st.DataObject) -> None:
    position = data.draw(st.integers(0, count - 1))
    leaves = some_leaves(count)
    proof = path(position, leaves)
    leaf = merkle.leaf_hash(leaves[position])
    wrong = data.draw(st.sampled_from(["leaf", "position", "longer", "shorter", "flipped"]))
    if wrong == "leaf":
        leaf = merkle.leaf_hash(b"forged")
    elif wrong == "position":
        position = data.draw(st.integers(-2, count + 2).filter(lambda other: other != position))
    elif wrong == "longer":
        proof = [*proof, sha(b"more")]
    elif proof and wrong == "shorter":
        proof = proof[:-1]
    elif proof:
        at = data.draw(st.integers(0, len(proof) - 1))
        proof[at] = bytes([proof[at][0] ^ 1]) + proof[at][1:]
    else:
        return
    assert merkle.root_from_inclusion(leaf, position, count, proof) != mth(leaves)


@settings(max_examples=60, deadline=None)
@given(st.integers(2, 40), st.data())
def test_a_rewritten_past_is_never_consistent(count: int, data: st.DataObject) -> None:
    old = data.draw(st.integers(1, count - 1))
    leaves = some_leaves(count)
    forged = list(leaves)
    forged[data.draw(st.integers(0, old - 1))] = b"forged"
    proof = subproof(old, forged, whole=True)
    assert not merkle.is_consistent(old, count, mth(leaves[:old]), mth(forged), proof)
    assert not merkle.is_consistent(old, count, mth(leaves[:old]), mth(leaves), proof[:-1])
    assert not merkle.is_consistent(count, old, mth(leaves), mth(leaves[:old]), proof)
    assert not merkle.is_consistent(0, count, mth([]), mth(leaves), [])


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(1, 300), min_size=1, max_size=5))
def test_a_tree_grown_in_batches_is_the_same(batches: list[int]) -> None:
    tiles: dict[merkle.Tile, bytes] = {}
    size = 0
    for batch in batches:
        edge = {level: tiles.get((level, (size >> 8 * level) >> 8), b"") for level in range(4)}
        builder = merkle.Builder(size, edge)
        for leaf in some_leaves(sum(batches))[size : size + batch]:
            builder.append(merkle.leaf_hash(leaf))
        for tile, hashes in builder.changed().items():
            assert hashes.startswith(tiles.get(tile, b""))
            tiles[tile] = hashes
        size += batch
    whole, expected = grown(size)
    assert tiles == expected
    assert builder.root() == whole.root()


def test_a_third_level_of_tiles() -> None:
    builder = merkle.Builder()
    node = merkle.leaf_hash(b"same")
    for _ in range(65_537):
        builder.append(node)
    tiles = builder.changed()
    perfect = node
    for _ in range(16):
        perfect = merkle.node_hash(perfect, perfect)
    assert tiles[2, 0] == perfect
    assert builder.root() == merkle.node_hash(perfect, node)
    proof = tree_of(tiles).inclusion(40_000, 65_537)
    assert merkle.root_from_inclusion(node, 40_000, 65_537, proof) == builder.root()
    assert merkle.tiles_needed(lambda tree: tree.inclusion(40_000, 65_537)) <= set(tiles)


def test_a_tree_that_does_not_fit_its_tiles_is_refused() -> None:
    with pytest.raises(ValueError, match="tile/0/0"):
        merkle.Builder(3, {0: bytes(64)})
    with pytest.raises(LookupError):
        tree_of({}).root(0, 2)
    with pytest.raises(ValueError, match="no leaf"):
        tree_of({}).inclusion(3, 3)
    with pytest.raises(ValueError, match="does not extend"):
        tree_of({}).consistency(3, 2)


@pytest.mark.parametrize(
    ("number", "width", "expected"),
    [
        (0, 256, "tile/0/000"),
        (67, 8, "tile/0/067.p/8"),
        (1234067, 256, "tile/0/x001/x234/067"),
        (1000, 1, "tile/0/x001/000.p/1"),
    ],
)
def test_tiles_are_where_the_specification_puts_them(number: int, width: int, expected: str) -> None:
    assert tiles.tile_path(0, number, width) == expected
