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
            "at": _moment(content.at),
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


OPENING = "parvis-journal-opening/v1"


class BadOpeningError(ValueError):
    """The text does not open an entry; the message, in French, says why."""


def opening(content: Content, salt: bytes) -> dict[str, Any]:
    """Return, as JSON's plain values, all that an entry commits to and the salt that ties it to its leaf."""
    fields = {name: getattr(content, name) for name in Content.__slots__}
    plain = json.loads(canonical(fields | {"at": _moment(content.at)}))
    return {"format": OPENING, "salt": salt.hex(), "entry": plain}


def read_opening(text: str) -> tuple[Content, bytes]:
    """Return the entry that an opening tells of, and the leaf that it must be. Raise BadOpeningError."""
    try:
        found = json.loads(text)
        fields = dict(found["entry"]) if found["format"] == OPENING else {}
        ids = {name: UUID(fields[name]) if fields[name] else None for name in ("id", "actor_id", "acting_for", "about")}
        grants = [UUID(one) for one in fields["grants"]]
        content = Content(**(fields | ids | {"grants": grants, "at": datetime.fromisoformat(fields["at"])}))
        salt = bytes.fromhex(found["salt"])
        leaf = entry_digest(content, private_digest(content, salt)) if opening(content, salt) == found else b""
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        message = "Ce fichier n’est pas l’ouverture d’une entrée de journal."
        raise BadOpeningError(message) from error
    if not leaf:  # the same values written in another way: what is shown must be what was hashed
        message = "L’ouverture de cette entrée n’est pas écrite comme elle doit l’être."
        raise BadOpeningError(message)
    return content, leaf


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def _text(value: UUID | None) -> str | None:
    return str(value) if value else None
