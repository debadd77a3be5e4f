"""An entry with its proof, carried away from this installation, and opened anywhere with a public key."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from parvis.core.tlog import merkle, notes
from parvis.ledger import keys, rules
from parvis.ledger.models import Entry
from parvis.ledger.queries.proofs import inclusion_proof
from parvis.ledger.rules import Content


@dataclass(frozen=True, slots=True)
class Opened:
    """An entry proved: what it says, and where it stands in a journal of ``size`` entries."""

    content: Content
    position: int
    size: int


def carry(entry: UUID) -> dict[str, Any]:
    """Return an entry with all that proves it, as JSON holds it. Raise AbsentError while it is not sealed."""
    proof = inclusion_proof(entry)
    row = Entry.objects.get(id=entry)
    content = Content(**{name: getattr(row, name) for name in Content.__slots__})
    return {
        "content": {name: _plain(value) for name, value in asdict(content).items()},
        "salt": bytes(row.salt).hex() if row.salt else "",
        "position": proof.position,
        "size": proof.size,
        "hashes": [one.hex() for one in proof.hashes],
        "checkpoint": proof.checkpoint,
    }


def _plain(value: Any) -> Any:
    if isinstance(value, UUID | datetime):
        return value.isoformat() if isinstance(value, datetime) else str(value)
    return [str(one) for one in value] if isinstance(value, list) else value


def public_keys() -> list[str]:
    """Return the public keys of this journal, as text that `opened` takes."""
    return [str(one) for one in keys.known_verifiers()]


def opened(carried: Mapping[str, Any], public: Sequence[str]) -> Opened:
    """Prove a carried entry. Raise ValueError when something does not hold."""
    checkpoint = notes.read(str(carried["checkpoint"]), [notes.Verifier.parse(text) for text in public])
    content = _content(carried["content"])
    private = rules.private_digest(content, bytes.fromhex(carried["salt"]))
    leaf = merkle.leaf_hash(rules.entry_digest(content, private))
    hashes = [bytes.fromhex(one) for one in carried["hashes"]]
    root = merkle.root_from_inclusion(leaf, int(carried["position"]), checkpoint.size, hashes)
    if root != checkpoint.root:
        raise ValueError("the proof leads to another root")
    return Opened(content, int(carried["position"]), checkpoint.size)


def _content(said: Mapping[str, Any]) -> Content:
    values = dict(said)
    for name in ("id", "actor_id", "acting_for", "about"):
        values[name] = UUID(values[name]) if values[name] else None
    values["at"] = datetime.fromisoformat(values["at"])
    values["grants"] = [UUID(one) for one in values["grants"]]
    return Content(**values)
