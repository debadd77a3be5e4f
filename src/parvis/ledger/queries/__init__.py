"""Every read of the journal."""

from parvis.ledger.queries.dating import dated_checkpoints, first_checkpoint_at, last_dated, stamp_wanted
from parvis.ledger.queries.export import export
from parvis.ledger.queries.figures import LedgerFigures, ledger_figures
from parvis.ledger.queries.proofs import InclusionProof, consistency_proof, inclusion_proof
from parvis.ledger.queries.publishing import log_policy, published_checkpoint, published_tile
from parvis.ledger.queries.reading import acted_since, acts_of_others_on, entries_about, entries_of, latest_checkpoint
from parvis.ledger.queries.standing import entry_opening, tlog_proof, verifier_program
from parvis.ledger.queries.verification import verify
from parvis.ledger.queries.witnesses import WitnessState, witnesses

__all__ = [
    "InclusionProof",
    "LedgerFigures",
    "WitnessState",
    "acted_since",
    "acts_of_others_on",
    "consistency_proof",
    "dated_checkpoints",
    "entries_about",
    "entries_of",
    "entry_opening",
    "export",
    "first_checkpoint_at",
    "inclusion_proof",
    "last_dated",
    "latest_checkpoint",
    "ledger_figures",
    "log_policy",
    "published_checkpoint",
    "published_tile",
    "stamp_wanted",
    "tlog_proof",
    "verifier_program",
    "verify",
    "witnesses",
]
