"""Entries by the hundred thousand, made by PostgreSQL itself: what they say plays no part in the tree."""

from django.db import connection

# Ids that grow, as those of real entries do.
_ENTRIES = """
WITH written AS (
    INSERT INTO ledger_entry (id, at, actor_kind, action, subject, purpose, legal_basis, grants, outcome, actor_label,
                              details, salt, private_digest, digest)
    SELECT lpad(to_hex(n), 32, '0')::uuid, now(), 'system', 'bench.done', 'bench:' || n, '', '', '{}', 'done', '', '',
           decode(md5(n::text), 'hex'), sha256(n::text::bytea), sha256(('e' || n)::bytea)
    FROM generate_series(%s::bigint, %s::bigint) AS n RETURNING id, digest
)
INSERT INTO ledger_pending (entry_id, digest) SELECT id, digest FROM written
"""


def fill(first: int, count: int) -> None:
    """Write as many entries, committed and not sequenced."""
    with connection.cursor() as cursor:
        cursor.execute(_ENTRIES, [first, first + count - 1])
        cursor.execute("ANALYZE ledger_entry, ledger_pending, ledger_leaf, ledger_tile, ledger_checkpoint")


def settle() -> None:
    """Vacuum: a million entries take months to come, and the server cleans the queue as they leave it."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE ledger_pending, ledger_entry, ledger_leaf, ledger_tile, ledger_checkpoint")
