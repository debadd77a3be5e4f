"""What an officer confirmed, in a form that the signer can check: this list, this key, until then.

The list is frozen when it is shown: for each document its id, its SHA-256 and the digest that will be signed. The
officer's confirmation is bound to the SHA-256 of the list. The signer recomputes it, and signs nothing else.
"""

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from parvis.signing.keys.errors import UnauthorisedError

_HEAD = b"parvis signing list v1\n"
SECRET_BYTES = 32


@dataclass(frozen=True, slots=True)
class Line:
    """One document of the list. ``document`` is its SHA-256, ``digest`` what the key signs."""

    id: UUID
    document: bytes
    digest: bytes


def digest_of(lines: Sequence[Line], *, scheme: str) -> bytes:
    """Return the SHA-256 of the list: order, ids, documents, digests and how they are signed."""
    hashed = hashlib.sha256(_HEAD + f"{scheme} {len(lines)}\n".encode())
    for line in lines:
        hashed.update(f"{line.id} {line.document.hex()} {line.digest.hex()}\n".encode())
    return hashed.digest()


@dataclass(frozen=True, slots=True)
class Authorisation:
    """A confirmation. ``by`` is who gave it (`Actor.reference`); ``seal`` proves that the site wrote it."""

    batch: UUID
    key: str
    digest: bytes
    count: int
    by: str
    expires_at: datetime
    seal: bytes = b""

    def sealed(self, secret: bytes) -> "Authorisation":
        """Return the same with its seal."""
        return Authorisation(self.batch, self.key, self.digest, self.count, self.by, self.expires_at, self._mac(secret))

    def check(self, secret: bytes, lines: Sequence[Line], *, scheme: str, at: datetime) -> None:
        """Raise UnauthorisedError unless this list, whole and in order, is what was confirmed, and lately."""
        if not hmac.compare_digest(self._mac(secret), self.seal):
            raise UnauthorisedError("the seal does not hold")
        if at >= self.expires_at:
            raise UnauthorisedError("the confirmation is too old")
        if len(lines) != self.count or not hmac.compare_digest(digest_of(lines, scheme=scheme), self.digest):
            raise UnauthorisedError("this is not the list that was confirmed")

    def _mac(self, secret: bytes) -> bytes:
        said = f"{self.batch} {self.key} {self.digest.hex()} {self.count} {self.by} {self.expires_at.isoformat()}"
        return hmac.digest(secret, said.encode(), "sha256")
