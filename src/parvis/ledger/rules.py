"""What an entry commits to. Pure: the offline verification uses nothing else.

``private`` = SHA-256(salt || canonical JSON of {about, actor_label, details})
``digest``  = SHA-256(canonical JSON of every other field and ``private``)

The salt is random and secret, so that neither value lets anyone guess what was done to whom; erasing the salt and the
private fields makes them unrecoverable while ``digest`` still proves the rest (RGPD, articles 5 and 17).
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

SALT_BYTES = 16


@dataclass(frozen=True, slots=True)
class Content:
    """Every field of an entry that its digest commits to. ``details`` is canonical JSON, empty for none."""

    id: UUID
    at: datetime
    actor_kind: str
    actor_id: UUID | None
    acting_for: UUID | None
    action: str
    subject: str
    purpose: str
    legal_basis: str
    grants: Sequence[UUID]
    outcome: str
    actor_label: str
    about: UUID | None
    details: str


def canonical(value: Mapping[str, Any]) -> str:
    """Return JSON with sorted keys, no blanks, ASCII only: one text for one value.

    Dates, UUIDs and decimals become strings. Raise TypeError for what has no plain form, ValueError for NaN.
    """
    return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False, default=_plain)


def _plain(value: object) -> str:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, UUID | Decimal):
        return str(value)
    message = f"{type(value).__name__} has no place in the details of an entry"
    raise TypeError(message)


def private_digest(content: Content, salt: bytes) -> bytes:
    """Return the commitment to what may be erased."""
    text = canonical(
        {"about": _text(content.about), "actor_label": content.actor_label, "details": content.details},
    )
    return hashlib.sha256(salt + text.encode("ascii")).digest()


def entry_digest(content: Content, private: bytes) -> bytes:
    """Return the commitment to the whole entry: the 32 bytes that the tree holds."""
    text = canonical(
        {
            "id": str(content.id),
            "at": content.at.astimezone(UTC).isoformat(timespec="microseconds"),
            "actor_kind": content.actor_kind,
            "actor_id": _text(content.actor_id),
            "acting_for": _text(content.acting_for),
            "action": content.action,
            "subject": content.subject,
            "purpose": content.purpose,
            "legal_basis": content.legal_basis,
            "grants": [str(grant) for grant in content.grants],
            "outcome": content.outcome,
            "private": private.hex(),
        }
    )
    return hashlib.sha256(text.encode("ascii")).digest()


def _text(value: UUID | None) -> str | None:
    return str(value) if value else None
