"""What the journal publishes: its checkpoint with the cosignatures, its tiles, its entries as digests."""

from django.db import connection

from parvis.core.tlog import merkle, tiles
from parvis.core.tlog.cosigning import CosignerKey
from parvis.core.tlog.tiles import TilePath
from parvis.ledger import keys
from parvis.ledger.models import Tile, Witness

RECENT_SECONDS = 60
"""A checkpoint that more witnesses saw is preferred to a newer one, when the newer one is newer by less than this."""

# The newest, and the newest that someone cosigned: the rows looked at are few, whatever the age of the journal.
_BEST = """
WITH chosen AS (
    (SELECT size FROM ledger_checkpoint WHERE size > %(above)s ORDER BY size DESC LIMIT %(most)s)
    UNION
    (SELECT checkpoint_id FROM ledger_cosignature WHERE checkpoint_id > %(above)s
     ORDER BY checkpoint_id DESC LIMIT %(most)s)
), counted AS (
    SELECT k.size, k.note, k.at, count(w.id) AS seen, string_agg(c.line, '' ORDER BY w.name, w.id) AS lines
    FROM ledger_checkpoint k JOIN chosen USING (size) LEFT JOIN ledger_cosignature c ON c.checkpoint_id = k.size
    LEFT JOIN ledger_witness w ON w.id = c.witness_id AND w.dropped_at IS NULL
    GROUP BY k.size, k.note, k.at
)
SELECT size, note || coalesce(lines, '') FROM counted
WHERE at > (SELECT max(at) FROM counted) - make_interval(secs => %(seconds)s) ORDER BY seen DESC, size DESC LIMIT 1
"""
_MOST = 60
_A_CENTURY = 36525 * 86400
_BUNDLE = """
SELECT e.digest FROM ledger_leaf l JOIN ledger_entry e ON e.id = l.entry_id
WHERE l.position >= %s AND l.position < %s ORDER BY l.position
"""


def published_checkpoint() -> tuple[int, str] | None:
    """Return size and note, cosignatures included, of the checkpoint to show; None before the first. One query.

    It is the newest, unless more witnesses saw another of the last minute.
    """
    return _best(0, RECENT_SECONDS)


def witnessed_checkpoint(*, above: int) -> tuple[int, str] | None:
    """Return size and note of the checkpoint of more than ``above`` leaves that most witnesses saw, of any age."""
    return _best(above, _A_CENTURY)


def _best(above: int, seconds: int) -> tuple[int, str] | None:
    with connection.cursor() as cursor:
        cursor.execute(_BEST, {"above": above, "most": _MOST, "seconds": seconds})
        found = cursor.fetchone()
    return (found[0], found[1]) if found else None


def log_policy() -> str:
    """Return whom to trust of this journal, as a policy (C2SP tlog-policy): its keys, its witnesses, one of them.

    Worth what the place it is taken from is worth: whoever verifies had better write their own.
    """
    lines = [f"log {key}" for key in keys.known_verifiers()]
    names = []
    for rank, (name, text) in enumerate(_witness_keys(), start=1):
        lines.append(f"# {name}")
        for key in text.split():
            names.append(f"w{rank}-{CosignerKey.parse(key).kind.hex()}")
            lines.append(f"witness {names[-1]} {key}")
    lines += [f"group witnesses any {' '.join(names)}", "quorum witnesses"] if names else ["quorum none"]
    return "".join(f"{line}\n" for line in lines)


def _witness_keys() -> list[tuple[str, str]]:
    return list(Witness.objects.filter(dropped_at=None).order_by("name", "id").values_list("name", "key"))


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
