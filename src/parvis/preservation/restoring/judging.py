"""Compare a restored register with what was signed and with what the journal says."""

import hashlib
from collections.abc import Sequence
from typing import Any

from parvis.ledger.queries import carried
from parvis.preservation import statement
from parvis.preservation.queries.trees import root_of
from parvis.preservation.restoring.report import RegisterReport
from parvis.signing.queries.judging import judge

_LEAF = 32


def root_over(leaves: bytes, size: int) -> bytes:
    """Return the root over the first leaves."""
    return root_of(leaves[start : start + _LEAF] for start in range(0, size * _LEAF, _LEAF))


def compare(told: dict[str, Any], leaves: bytes, signature: bytes, keys: Sequence[str], report: RegisterReport) -> None:
    """Check one deposit: its root over the entries restored, its statement, its signature, its place in the journal."""
    name = str(told["number"])
    size, root = int(told["size"]), bytes.fromhex(told["root"])
    if size * _LEAF > len(leaves):
        report.add("deposit_larger_than_register", name)
        return
    if root_over(leaves, size) != root:
        report.add("root_differs", name)
        return
    try:
        said = statement.read(told["statement"])
    except ValueError:
        report.add("statement_unreadable", name)
        return
    if (said.size, said.root, said.register) != (size, root, report.register):
        report.add("statement_differs", name)
        return
    report.roots += 1
    if signature:
        _check_signature(signature, told["statement"].encode(), name, report)
    if told["proof"]:
        _check_proof(told, signature, keys, report)


def _check_signature(signature: bytes, text: bytes, name: str, report: RegisterReport) -> None:
    found = judge(signature, name="bordereau.p7s", content=text)
    if found.passed:
        report.signatures += 1
    else:
        report.add("signature_not_proved", f"{name}: {found.indication} {found.sub_indication}")


def _check_proof(told: dict[str, Any], signature: bytes, keys: Sequence[str], report: RegisterReport) -> None:
    """The journal's own entry says this root and this signature."""
    try:
        said = carried.opened(told["proof"], keys)
    except (ValueError, KeyError, TypeError, AttributeError):
        report.add("journal_proof_broken", str(told["number"]))
        return
    expected = (told["root"], hashlib.sha256(signature).hexdigest())
    if said.subject != f"deposit:{told['id']}" or any(one not in said.details for one in expected):
        report.add("journal_differs", str(told["number"]))
    else:
        report.proofs += 1
