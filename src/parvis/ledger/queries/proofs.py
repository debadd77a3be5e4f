"""Prove that an entry is in the tree, and that a tree extends an older one."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from django.db import connection

from parvis.core.errors import AbsentError
from parvis.core.tlog import merkle
from parvis.ledger.models import Checkpoint

_LEAF = """
SELECT l.position, e.digest, k.size, k.note FROM ledger_leaf l JOIN ledger_entry e ON e.id = l.entry_id
JOIN LATERAL (
    SELECT size, note FROM ledger_checkpoint
    WHERE %(size)s::bigint IS NULL OR size = %(size)s ORDER BY size DESC LIMIT 1
) k ON k.size > l.position
WHERE l.entry_id = %(entry)s
"""
_TILES = """
SELECT level, number, hashes FROM ledger_tile
WHERE (level, number) IN (SELECT * FROM unnest(%s::smallint[], %s::bigint[]))
"""


@dataclass(frozen=True, slots=True)
class InclusionProof:
    """All that a third party needs, with the public key, to be sure that an entry is in the journal.

    ``digest`` is the leaf; ``hashes`` go from the leaf up; ``checkpoint`` is the signed note of the tree.
    """

    position: int
    size: int
    digest: bytes
    hashes: tuple[bytes, ...]
    checkpoint: str


def inclusion_proof(entry: UUID, *, size: int | None = None) -> InclusionProof:
    """Prove an entry under the checkpoint of ``size`` leaves, the latest by default.

    Raise AbsentError when the entry is not in that tree (yet) or when no checkpoint has that size.
    """
    with connection.cursor() as cursor:
        cursor.execute(_LEAF, {"entry": entry, "size": size})
        found = cursor.fetchone()
    if found is None:
        raise AbsentError("not_in_tree", "Cette entrée n’est pas encore dans le journal scellé. Réessayez bientôt.")
    position, digest, whole, note = found
    return InclusionProof(position, whole, bytes(digest), tuple(tree_proof(position, whole)), note)


def tree_proof(position: int, size: int) -> list[bytes]:
    """Return the hashes that lead from a leaf to the root of the tree of ``size`` leaves. One query."""
    return _ask(lambda tree: tree.inclusion(position, size))


def consistency_proof(old: int, new: int) -> list[bytes]:
    """Prove that the tree of ``new`` leaves extends that of ``old``. Raise AbsentError for sizes it never had."""
    last = Checkpoint.objects.order_by("-size").values_list("size", flat=True).first() or 0
    if not 0 < old <= new <= last:
        raise AbsentError(
            "no_such_tree",
            "Le journal scellé compte %(last)s entrées : choisissez deux tailles entre.",
            params={"last": last},
        )
    return _ask(lambda tree: tree.consistency(old, new))


def _ask(question: Callable[[merkle.Tree], list[bytes]]) -> list[bytes]:
    """Answer from the tiles, fetched with one query."""
    wanted = merkle.tiles_needed(question)
    with connection.cursor() as cursor:
        cursor.execute(_TILES, [[level for level, _ in wanted], [number for _, number in wanted]])
        tiles = {(level, number): bytes(hashes) for level, number, hashes in cursor.fetchall()}
    return question(merkle.Tree(lambda level, number: tiles.get((level, number), b"")))
