"""Proofs that stand alone: c2sp.org/tlog-proof@v1, and what opens an entry for who may read it."""

import json
from uuid import UUID

from parvis.core.errors import AbsentError
from parvis.core.tlog.proofs import TlogProof
from parvis.ledger import rules
from parvis.ledger.models import Entry, Leaf
from parvis.ledger.queries.proofs import tree_proof
from parvis.ledger.queries.publishing import witnessed_checkpoint
from parvis.ledger.standalone import building


def tlog_proof(entry: UUID) -> TlogProof:
    """Prove an entry under the best witnessed checkpoint that holds it. Raise AbsentError when none does yet.

    Its ``extra`` is the leaf: the entry's digest, which says nothing of the entry (`entry_opening` does).
    """
    leaf = Leaf.objects.select_related("entry").filter(entry=entry).first()
    found = witnessed_checkpoint(above=leaf.position) if leaf else None
    if leaf is None or found is None:
        raise AbsentError("not_in_tree", "Cette entrée n’est pas encore dans le journal scellé. Réessayez bientôt.")
    size, note = found
    return TlogProof(leaf.position, tuple(tree_proof(leaf.position, size)), note, bytes(leaf.entry.digest))


def verifier_program() -> tuple[str, str]:
    """Return name and source of the program with which anyone verifies offline."""
    return building.FILE_NAME, building.standalone_source()


def entry_opening(entry: UUID) -> str:
    """Return what the entry says, and the salt that ties it to its leaf, as JSON (`rules.read_opening`).

    Only for who may read the entry: whoever calls decides. Raise AbsentError when the personal part was erased, since
    nothing is left to open, or when there is no such entry.
    """
    found = Entry.objects.filter(id=entry).first()
    if found is None or found.salt is None:
        raise AbsentError(
            "entry_erased", "La partie personnelle de cette entrée a été effacée : il n’y a plus rien à dévoiler."
        )
    content = rules.Content(**{name: getattr(found, name) for name in rules.Content.__slots__})
    return json.dumps(rules.opening(content, bytes(found.salt)), ensure_ascii=False, indent=1)
