"""What the journal publishes: its checkpoint with the cosignatures, its tiles, its entries as digests."""

from django.db import connection

from parvis.core.tlog import merkle, tiles
from parvis.core.tlog.tiles import TilePath
from parvis.ledger.models import Tile

RECENT_SECONDS = 60
"""A checkpoint that more witnesses saw is preferred to a newer one, when the newer one is newer by less than this."""

# At most one checkpoint a second: the rows looked at are few, whatever the age of the journal.
_BEST = """
WITH recent AS (
    SELECT size, note, at FROM ledger_checkpoint WHERE size > %(above)s ORDER BY size DESC LIMIT %(most)s
), counted AS (
    SELECT r.size, r.note, r.at, count(w.id) AS seen, string_agg(c.line, '' ORDER BY w.name, w.id) AS lines
    FROM recent r LEFT JOIN ledger_cosignature c ON c.checkpoint_id = r.size
    LEFT JOIN ledger_witness w ON w.id = c.witness_id AND w.dropped_at IS NULL
    WHERE r.at > (SELECT max(at) FROM recent) - make_interval(secs => %(seconds)s)
    GROUP BY r.size, r.note, r.at
)
SELECT size, note || coalesce(lines, '') FROM counted ORDER BY seen DESC, size DESC LIMIT 1
"""
_BUNDLE = """
SELECT e.digest FROM ledger_leaf l JOIN ledger_entry e ON e.id = l.entry_id
WHERE l.position >= %s AND l.position < %s ORDER BY l.position
"""


def published_checkpoint(*, above: int = 0) -> tuple[int, str] | None:
    """Return size and note, cosignatures included, of the checkpoint to show; None before the first. One query.

    It is the newest, unless more witnesses saw another of the last minute. ``above`` is the least size, excluded.
    """
    with connection.cursor() as cursor:
        cursor.execute(_BEST, {"above": above, "most": RECENT_SECONDS, "seconds": RECENT_SECONDS})
        found = cursor.fetchone()
    return (found[0], found[1]) if found else None


def published_tile(path: TilePath) -> bytes | None:
    """Return a tile of hashes or a bundle of entries, None when the journal is not that long. One query.

    A bundle holds the entries' digests, 32 bytes each: commitments that say nothing of who did what to whom.
    """
    made = _bundle(path) if path.level is None else _hashes(path.level, path.number)
    wanted = path.width * (merkle.HASH_BYTES if path.level is not None else merkle.HASH_BYTES + tiles.LENGTH_BYTES)
    return made[:wanted] if len(made) >= wanted else None


def _hashes(level: int, number: int) -> bytes:
    found = Tile.objects.filter(level=level, number=number).values_list("hashes", flat=True).first()
    return bytes(found) if found else b""


def _bundle(path: TilePath) -> bytes:
    start = path.number * merkle.TILE_WIDTH
    with connection.cursor() as cursor:
        cursor.execute(_BUNDLE, [start, start + path.width])
        return tiles.bundle(bytes(digest) for (digest,) in cursor.fetchall())
