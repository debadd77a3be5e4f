"""Reads of the signing context."""

from parvis.signing.queries.batches import BatchCounts, batch_of, batches_of, entries_of, outcome, samples_of
from parvis.signing.queries.items import (
    Counts,
    Place,
    answered_by,
    count_items,
    document_of,
    item_of,
    items_of,
    places_of,
    queue,
    ready_to_sign,
    steps_of,
    whose_turn,
)
from parvis.signing.queries.proofs import JournalProof, journal_proofs
from parvis.signing.queries.settings import absences_of, certificates_of, circuit_text, circuits_of, officers_of
from parvis.signing.queries.settings import (
    ENDS_SOON,
    absences_of,
    certificates_of,
    circuit_text,
    circuits_of,
    ending_certificate,
    keys_of,
    officers_of,
    partner_steps_of,
    usable_circuits_of,
)

__all__ = [
    "ENDS_SOON",
    "BatchCounts",
    "Counts",
    "JournalProof",
    "Place",
    "absences_of",
    "answered_by",
    "batch_of",
    "batches_of",
    "certificates_of",
    "circuit_text",
    "circuits_of",
    "count_items",
    "document_of",
    "ending_certificate",
    "entries_of",
    "item_of",
    "items_of",
    "journal_proofs",
    "keys_of",
    "officers_of",
    "outcome",
    "partner_steps_of",
    "places_of",
    "queue",
    "ready_to_sign",
    "samples_of",
    "steps_of",
    "usable_circuits_of",
    "whose_turn",
]
