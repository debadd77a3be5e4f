"""The place of a document's signatures in the journal, for who may read the document."""

from dataclasses import dataclass
from datetime import datetime

from parvis.core.errors import AbsentError
from parvis.ledger import queries as journal
from parvis.signing.models import Item


@dataclass(frozen=True, slots=True)
class JournalProof:
    """An act of signature: its proof (c2sp.org/tlog-proof@v1), and what the entry says, for who may read it."""

    at: datetime
    proof: str
    opening: str


def journal_proofs(item: Item) -> list[JournalProof]:
    """Return a proof an act, oldest first. Those not sealed yet, or whose personal part was erased, are left out."""
    found = []
    for entry in journal.entries_of(f"item:{item.id}").filter(action="signing.signed").order_by("id"):
        try:
            found.append(JournalProof(entry.at, str(journal.tlog_proof(entry.id)), journal.entry_opening(entry.id)))
        except AbsentError:
            continue
    return found
