"""Cosignatures of witnesses (C2SP tlog-cosignature): Ed25519, and ML-DSA-44 where ``cryptography`` has it. Pure.

A witness says: at this time, this is the largest tree of this log that I saw, and it extends all those I saw before.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from parvis.core.tlog import notes

try:
    from cryptography.hazmat.primitives.asymmetric import mldsa
except ImportError:  # before 47, or built on an OpenSSL that has not got it
    mldsa = None  # type: ignore[assignment]

COSIGNATURE_ED25519 = b"\x04"
COSIGNATURE_ML_DSA = b"\x06"
_PUBLIC_BYTES = {COSIGNATURE_ED25519: 32, COSIGNATURE_ML_DSA: 1312}
_TIME_BYTES = 8
_LATEST = 2**63 - 1
_LABEL = b"subtree/v1\n\0"


@dataclass(frozen=True, slots=True)
class CosignerKey:
    """A witness's public key. ``str()`` gives the usual text form, `parse` reads it."""

    name: str
    kind: bytes
    public: bytes

    @property
    def key_id(self) -> bytes:
        """The four bytes that its lines of signature begin with."""
        return notes.key_id(self.name, self.kind, self.public)

    def __str__(self) -> str:
        return notes.key_text(self.name, self.kind, self.public)

    @classmethod
    def parse(cls, text: str) -> "CosignerKey":
        """Read ``name+id+base64``. Raise BadNoteError when it is not a witness's key."""
        name, kind, public = notes.read_key(text)
        if len(public) != _PUBLIC_BYTES.get(kind):
            message = "Cette clé publique n’est pas celle d’un témoin (Ed25519 ou ML-DSA-44 de cosignature)."
            raise notes.BadNoteError(message)
        return cls(name, kind, public)


class Cosigner:
    """Cosigns checkpoints under one name with one key, made from 32 secret bytes."""

    def __init__(self, name: str, seed: bytes, kind: bytes = COSIGNATURE_ED25519) -> None:
        if kind == COSIGNATURE_ML_DSA:
            if mldsa is None:
                message = "this build of cryptography has no ML-DSA"
                raise UnsupportedAlgorithm(message)
            lattice = mldsa.MLDSA44PrivateKey.from_seed_bytes(seed)
            self._sign: Callable[[bytes], bytes] = lattice.sign
            public = lattice.public_key().public_bytes_raw()
        else:
            key = Ed25519PrivateKey.from_private_bytes(seed)
            self._sign, public = key.sign, key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        self.key = CosignerKey(name, kind, public)

    def cosign(self, note: str, *, at: int) -> str:
        """Return the line of cosignature of a checkpoint, at a POSIX time. Whether it may be is for the caller."""
        value = at.to_bytes(_TIME_BYTES, "big") + self._sign(_message(self.key, note, at))
        return str(notes.Signature(self.key.name, self.key.key_id, value))


def cosigned_at(note: str, key: CosignerKey) -> int | None:
    """Return when this witness cosigned a note (POSIX time), None when it has not, or when its line does not hold."""
    for line in notes.signatures(note):
        if (line.name, line.key_id) == (key.name, key.key_id) and len(line.value) > _TIME_BYTES:
            at = int.from_bytes(line.value[:_TIME_BYTES], "big")
            if at <= _LATEST and _holds(key, line.value[_TIME_BYTES:], _message(key, note, at)):
                return at
    return None


def cosigners(note: str, keys: Iterable[CosignerKey]) -> set[CosignerKey]:
    """Return those of these witnesses that cosigned a note."""
    return {key for key in keys if cosigned_at(note, key) is not None}


def _message(key: CosignerKey, note: str, at: int) -> bytes:
    checkpoint, body = notes.unverified(note)
    if key.kind == COSIGNATURE_ED25519:
        return f"cosignature/v1\ntime {at}\n{body}".encode()
    sizes = bytes(8) + checkpoint.size.to_bytes(8, "big")
    head = _LABEL + _short(key.name) + at.to_bytes(_TIME_BYTES, "big")
    return head + _short(checkpoint.origin) + sizes + checkpoint.root


def _short(text: str) -> bytes:
    raw = text.encode()
    if len(raw) > 255:  # noqa: PLR2004 - its length is written on one byte
        message = "Un nom de témoin ou de journal fait au plus 255 octets."
        raise notes.BadNoteError(message)
    return bytes([len(raw)]) + raw


def _holds(key: CosignerKey, value: bytes, message: bytes) -> bool:
    try:
        if key.kind == COSIGNATURE_ED25519:
            Ed25519PublicKey.from_public_bytes(key.public).verify(value, message)
        elif mldsa is None:
            return False
        else:
            mldsa.MLDSA44PublicKey.from_public_bytes(key.public).verify(value, message)
    except (InvalidSignature, UnsupportedAlgorithm, ValueError):
        return False
    return True
