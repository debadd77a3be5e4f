"""Every write of the journal."""

from parvis.ledger.commands.erasing import ERASED, erase_about
from parvis.ledger.commands.recording import (
    NewEntry,
    OutsideTransactionError,
    record,
    record_entry,
    record_many,
    record_refusal,
    refusals_recorded,
)
from parvis.ledger.commands.sequencing import BATCH, BrokenTreeError, sequence

__all__ = [
    "BATCH",
    "ERASED",
    "BrokenTreeError",
    "NewEntry",
    "OutsideTransactionError",
    "erase_about",
    "record",
    "record_entry",
    "record_many",
    "record_refusal",
    "refusals_recorded",
    "sequence",
]
