"""Every write of the journal."""

from parvis.ledger.commands.dating import ask_for_stamp, keep_stamp
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
from parvis.ledger.commands.witnesses import add_witness, clear_alarm, drop_witness
from parvis.ledger.commands.witnessing import ask_witness, wake_witnesses

__all__ = [
    "BATCH",
    "ERASED",
    "BrokenTreeError",
    "NewEntry",
    "OutsideTransactionError",
    "add_witness",
    "ask_for_stamp",
    "ask_witness",
    "clear_alarm",
    "drop_witness",
    "erase_about",
    "keep_stamp",
    "record",
    "record_entry",
    "record_many",
    "record_refusal",
    "refusals_recorded",
    "sequence",
    "wake_witnesses",
]
