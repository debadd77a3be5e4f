"""Erase what an entry says of a person, and keep the proof that it was written."""

from uuid import UUID

from django.db import connection, transaction

from parvis.core.actor import Actor
from parvis.ledger.commands.recording import NewEntry, record_many

ERASED = "ledger.entry_erased"

_ERASE = """
UPDATE ledger_entry SET salt = NULL, details = '', about = NULL, actor_label = ''
WHERE about = %s AND salt IS NOT NULL RETURNING id
"""


def erase_about(*, about: UUID, actor: Actor, legal_basis: str) -> int:
    """Erase details, person and actor's name from every entry about an account; return how many.

    Each erasure is an entry itself, without which ``parvis verify`` reports it. The rest of the entry stays and stays
    provable (RGPD, article 17; the journal itself is kept under article 17 §3 b).
    """
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        cursor.execute(_ERASE, [about])
        erased = [identifier for (identifier,) in cursor.fetchall()]
        record_many(
            NewEntry(actor=actor, action=ERASED, subject=f"entry:{identifier}", legal_basis=legal_basis)
            for identifier in erased
        )
    return len(erased)
