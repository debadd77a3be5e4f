"""Put committed entries in the tree and sign what it has become."""

from typing import Any

from django.db import connection, transaction

from parvis.core.clock import now
from parvis.core.tlog import merkle
from parvis.ledger import keys

BATCH = 20_000
"""Entries per transaction: about a second of work."""
_LOCK = 0x7061_7276_6973_6C67  # "parvislg": one sequencer at a time, whatever the number of workers

_TAKE = """
DELETE FROM ledger_pending WHERE entry_id = ANY (ARRAY(
    SELECT p.entry_id FROM ledger_pending p WHERE (SELECT true FROM ledger_entry e WHERE e.id = p.entry_id)
    ORDER BY p.entry_id LIMIT %s
))
RETURNING entry_id, digest
"""
# One look in the index an entry, said so that the planner cannot choose otherwise: statistics of a queue, full at one
# moment and empty at the next, had it read the whole journal, 70 ms for 500 entries.
_EDGE = """
SELECT level, hashes FROM ledger_tile
WHERE (level, number) IN (SELECT level, (%(size)s::bigint >> (8 * level)) >> 8 FROM generate_series(0, 7) AS level)
"""
_LEAVES = """
INSERT INTO ledger_leaf (position, entry_id)
SELECT %s + rank - 1, entry_id FROM unnest(%s::uuid[]) WITH ORDINALITY AS taken (entry_id, rank)
"""
_TILES = """
INSERT INTO ledger_tile (level, number, hashes)
SELECT * FROM unnest(%s::smallint[], %s::bigint[], %s::bytea[])
ON CONFLICT (level, number) DO UPDATE SET hashes = excluded.hashes
"""


class BrokenTreeError(RuntimeError):
    """The stored tree no longer leads to its last checkpoint: nothing more is signed. Run ``parvis verify``."""


def sequence(*, limit: int = BATCH) -> int:
    """Append up to ``limit`` committed entries to the tree, sign one checkpoint, and return how many were appended.

    Nothing is signed when nothing is new, or when another sequencer is at work (then 0 is returned). Raise
    BrokenTreeError rather than sign over a tree that was tampered with.
    """
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_LOCK])
        if not cursor.fetchone()[0]:
            return 0
        cursor.execute(_TAKE, [limit])
        taken = sorted((entry, bytes(digest)) for entry, digest in cursor.fetchall())
        if taken:
            _append(cursor, taken)
    return len(taken)


def _append(cursor: Any, taken: list[tuple[Any, bytes]]) -> None:
    builder, origin = _load(cursor)
    cursor.execute(_LEAVES, [builder.size, [entry for entry, _ in taken]])
    for _, digest in taken:
        builder.append(merkle.leaf_hash(digest))
    tiles = builder.changed()
    levels, numbers = [level for level, _ in tiles], [number for _, number in tiles]
    cursor.execute(_TILES, [levels, numbers, list(tiles.values())])
    root = builder.root()
    cursor.execute(
        "INSERT INTO ledger_checkpoint (size, root, note, at) VALUES (%s, %s, %s, %s)",
        [builder.size, root, keys.signer(origin).sign(builder.size, root), now()],
    )


def _load(cursor: Any) -> tuple[merkle.Builder, str]:
    """Return the tree of the last checkpoint, ready to grow, and the journal's name, empty before the first."""
    cursor.execute("SELECT size, root, note FROM ledger_checkpoint ORDER BY size DESC LIMIT 1")
    size, root, note = cursor.fetchone() or (0, merkle.EMPTY_ROOT, "")
    cursor.execute(_EDGE, {"size": size})
    try:
        builder = merkle.Builder(size, {level: bytes(hashes) for level, hashes in cursor.fetchall()})
    except ValueError as error:
        raise BrokenTreeError(str(error)) from error
    if builder.root() != bytes(root):
        message = f"the tiles do not lead to the root of checkpoint {size}"
        raise BrokenTreeError(message)
    return builder, note.partition("\n")[0]
