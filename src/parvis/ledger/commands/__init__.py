"""Every write of the journal."""

from parvis.ledger.commands.recording import (
    NewEntry,
    OutsideTransactionError,
    record,
    record_many,
    record_refusal,
    refusals_recorded,
)

__all__ = [
    "NewEntry",
    "OutsideTransactionError",
    "record",
    "record_many",
    "record_refusal",
    "refusals_recorded",
]
