"""What an entry says and what commits to it. Pure: the restore drill and the registry's verification use nothing else.

``content`` is canonical JSON: one text for one value. ``leaf`` = RFC 6962 leaf hash of SHA-256(salt || content): a leaf
reveals nothing of the act, a content and its salt prove it.
"""

import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from parvis.core.tlog.merkle import leaf_hash
from parvis.preservation.enums import EntryKind, LegalState

SALT_BYTES = 16


@dataclass(frozen=True, slots=True)
class Page:
    """A page of an act: SHA-256 of the scan, size in bytes, format."""

    sha256: bytes
    size: int
    mime: str


@dataclass(frozen=True, slots=True)
class Content:
    """All that an entry says. ``register`` is the register's label; ``previous`` the leaf before, empty for an act."""

    register: str
    position: int
    kind: EntryKind
    number: int
    suffix: str = ""
    version: int = 0
    previous: bytes = b""
    dated: date | None = None
    state: LegalState = LegalState.VALID
    data: Mapping[str, str] = field(default_factory=dict)
    pages: Sequence[Page] = ()

    @property
    def name(self) -> str:
        """The act's number as people write it."""
        return f"{self.number} {self.suffix}".strip()


def write(content: Content) -> str:
    """Return the canonical text."""
    return json.dumps(
        {
            "register": content.register,
            "position": content.position,
            "kind": str(content.kind),
            "number": content.number,
            "suffix": content.suffix,
            "version": content.version,
            "previous": content.previous.hex(),
            "dated": content.dated.isoformat() if content.dated else "",
            "state": str(content.state),
            "data": dict(content.data),
            "pages": [[one.sha256.hex(), one.size, one.mime] for one in content.pages],
        },
        sort_keys=True,
        separators=(",", ":"),
        ensure_ascii=False,
    )


def read(text: str) -> Content:
    """Read a content back. Raise ValueError when it is not one, or not the canonical text of one."""
    try:
        found: dict[str, Any] = json.loads(text)
        content = Content(
            register=found["register"],
            position=found["position"],
            kind=EntryKind(found["kind"]),
            number=found["number"],
            suffix=found["suffix"],
            version=found["version"],
            previous=bytes.fromhex(found["previous"]),
            dated=date.fromisoformat(found["dated"]) if found["dated"] else None,
            state=LegalState(found["state"]),
            data=found["data"],
            pages=tuple(Page(bytes.fromhex(sha256), size, mime) for sha256, size, mime in found["pages"]),
        )
    except (KeyError, TypeError, AttributeError) as error:
        message = f"not an entry: {error}"
        raise ValueError(message) from error
    if write(content) != text:
        raise ValueError("not the canonical text of an entry")
    return content


def new_salt() -> bytes:
    """Return a salt."""
    return os.urandom(SALT_BYTES)


def leaf(text: str, salt: bytes) -> bytes:
    """Return what commits to a content in the tree."""
    return leaf_hash(hashlib.sha256(salt + text.encode()).digest())
