"""Evidence records (RFC 4998): one timestamp for a whole batch, and each document can prove its place alone.

The tree is binary. A record holds the hashes met on the way up (reduced hash tree) and the token over the root.
Renewed before the token or its algorithms grow weak: by a token over the last token (same digest), or by a new tree
over the documents and all that proved them (another digest).
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from parvis.signing.cms import der
from parvis.signing.time import records, tokens
from parvis.signing.time.records import ArchiveStamp, EvidenceRecord
from parvis.signing.time.tokens import BadTokenError, Token

Stamp = Callable[[bytes, str], Token]


class BadEvidenceError(Exception):
    """The record does not prove this document. The message says why."""


@dataclass(frozen=True, slots=True)
class Tree:
    """A binary hash tree over leaves, kept by levels."""

    levels: tuple[tuple[bytes, ...], ...]
    algorithm: str

    @property
    def root(self) -> bytes:
        """The hash that stands for all."""
        return self.levels[-1][0]

    def reduced(self, place: int) -> tuple[tuple[bytes, ...], ...]:
        """Return the lists of hashes that lead from a leaf to the root; none when the leaf is the root."""
        path: list[tuple[bytes, ...]] = []
        for level in self.levels[:-1]:
            other = place ^ 1
            if other < len(level):
                path.append((level[other],) if path else tuple(sorted((level[place], level[other]))))
            place //= 2
        return tuple(path)


def tree(leaves: Sequence[bytes], algorithm: str) -> Tree:
    """Build the tree of these hashes. Raise ValueError when there are none."""
    if not leaves:
        raise ValueError("nothing to prove")
    new = getattr(hashlib, algorithm)
    levels = [tuple(leaves)]
    while len(level := levels[-1]) > 1:
        above = [
            new(left + right if left < right else right + left).digest()
            for left, right in zip(level[::2], level[1::2], strict=False)
        ]
        # A hash left alone goes up as it is: RFC 4998 lists only what is met.
        levels.append((*above, level[-1]) if len(level) % 2 else tuple(above))
    return Tree(tuple(levels), algorithm)


def make(digests: Sequence[bytes], stamp: Stamp, *, algorithm: str = "sha256") -> list[bytes]:
    """Return one record per document digest, all under one token. Documents met twice share a leaf."""
    places = {digest: place for place, digest in enumerate(dict.fromkeys(digests))}
    built = tree(list(places), algorithm)
    token = stamp(built.root, algorithm).encoded
    stamps = (ArchiveStamp(algorithm, built.reduced(places[digest]), token) for digest in digests)
    return [records.write([algorithm], [records.chain_of(one)]) for one in stamps]


def renew_tokens(encoded: Sequence[bytes], stamp: Stamp) -> list[bytes]:
    """Add to each record a token over its last one. For one batch, whose last token is the same, one leaf is enough."""
    read = [records.read(one) for one in encoded]
    algorithm = read[0].chains[-1][-1].algorithm
    if any(one.chains[-1][-1].algorithm != algorithm for one in read):
        raise ValueError("records of one digest at a time")
    leaves = [hashlib.new(algorithm, one.chains[-1][-1].token).digest() for one in read]
    added = _stamps(leaves, algorithm, stamp)
    return [
        records.write(one.algorithms, [*one.raw[:-1], records.longer(one.raw[-1], last)])
        for one, last in zip(read, added, strict=True)
    ]


def renew_trees(
    encoded: Sequence[bytes], documents: Sequence[bytes], stamp: Stamp, *, algorithm: str = "sha512"
) -> list[bytes]:
    """Add to each record a chain of another digest over the document itself and all that proved it until now.

    ``documents`` are the digests of the documents by the new algorithm, in the order of the records.
    """
    read = [records.read(one) for one in encoded]
    leaves = [_with_past(digest, one.raw, algorithm) for one, digest in zip(read, documents, strict=True)]
    added = _stamps(leaves, algorithm, stamp)
    return [
        records.write([*dict.fromkeys([*one.algorithms, algorithm])], [*one.raw, records.chain_of(last)])
        for one, last in zip(read, added, strict=True)
    ]


def _stamps(leaves: Sequence[bytes], algorithm: str, stamp: Stamp) -> list[ArchiveStamp]:
    places = {leaf: place for place, leaf in enumerate(dict.fromkeys(leaves))}
    built = tree(list(places), algorithm)
    token = stamp(built.root, algorithm).encoded
    return [ArchiveStamp(algorithm, built.reduced(places[leaf]), token) for leaf in leaves]


@dataclass(frozen=True, slots=True)
class Proof:
    """What a record proves: the document existed at ``since``; ``tokens`` oldest first, the last one counts today."""

    since: datetime
    tokens: tuple[Token, ...]


def verify(encoded: bytes, digest_of: Callable[[str], bytes]) -> Proof:
    """Check a record against a document, given by its digest in any algorithm. Raise BadEvidenceError.

    Whether each token's authority could be trusted when the next one came is for the caller (`Proof.tokens`).
    """
    record = records.read(encoded)
    found: list[Token] = []
    for place, chain in enumerate(record.chains):
        found.extend(_chain(record, place, chain, digest_of))
    for before, after in pairwise(found):
        if after.at < before.at:
            raise BadEvidenceError("a renewal is older than what it renews")
    return Proof(found[0].at, tuple(found))


def _chain(
    record: EvidenceRecord, place: int, chain: Sequence[ArchiveStamp], digest_of: Callable[[str], bytes]
) -> list[Token]:
    algorithm = chain[0].algorithm
    if algorithm not in tokens.ALGORITHMS or any(one.algorithm != algorithm for one in chain):
        raise BadEvidenceError("digest too weak, or changed within a chain")
    leaf = digest_of(algorithm)
    if place:
        leaf = _with_past(leaf, record.raw[:place], algorithm)
    found = []
    for stamp in chain:
        try:
            token = tokens.read(stamp.token)
        except BadTokenError as error:
            raise BadEvidenceError(str(error)) from error
        if token.algorithm != algorithm or not token.covers_digest(climb(leaf, stamp.path, algorithm)):
            raise BadEvidenceError("the token covers something else")
        found.append(token)
        leaf = hashlib.new(algorithm, stamp.token).digest()
    return found


def _with_past(digest: bytes, chains: Sequence[bytes], algorithm: str) -> bytes:
    """The leaf of a new tree: the document, then all that proved it until now (RFC 4998 §5.2)."""
    past = hashlib.new(algorithm, der.sequence(*chains)).digest()
    return hashlib.new(algorithm, digest + past).digest()


def climb(leaf: bytes, path: Sequence[Sequence[bytes]], algorithm: str) -> bytes:
    """Return the root reached from a leaf (RFC 4998 §4.3). Raise BadEvidenceError when it is not in the first list."""
    current = leaf
    for place, level in enumerate(path):
        if place == 0 and leaf not in level:
            raise BadEvidenceError("the document is not in this record")
        met = set(level) if place == 0 else {*level, current}
        current = hashlib.new(algorithm, b"".join(sorted(met))).digest()
    return current
