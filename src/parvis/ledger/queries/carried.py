"""An entry with its proof, carried away from this installation, and opened anywhere with a public key."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from parvis.core.tlog import notes
from parvis.core.tlog.proofs import read_proof
from parvis.ledger import keys, rules
from parvis.ledger.queries.standing import entry_opening, tlog_proof
from parvis.ledger.rules import Content


def carry(entry: UUID) -> dict[str, str]:
    """Return an entry with all that proves it, in the two standard forms. Raise AbsentError while it is not sealed."""
    return {"proof": str(tlog_proof(entry)), "opening": entry_opening(entry)}


def public_keys() -> list[str]:
    """Return the public keys of this journal, as text that `opened` takes."""
    return [str(one) for one in keys.known_verifiers()]


def opened(carried: Mapping[str, str], public: Sequence[str]) -> Content:
    """Return what a carried entry says, proved. Raise ValueError or KeyError when something does not hold."""
    content, leaf = rules.read_opening(carried["opening"])
    read_proof(carried["proof"]).check(leaf, [notes.Verifier.parse(text) for text in public])
    return content
