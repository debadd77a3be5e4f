"""Checkpoints as signed notes (C2SP tlog-checkpoint and signed-note, Ed25519). Pure: takes keys, reads no file."""

import base64
import binascii
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

ED25519 = b"\x01"
_ID_BYTES = 4
_SIGNATURE_BYTES = 64
_ROOT_BYTES = 32
_MARK = "— "


class BadNoteError(ValueError):
    """The text is not a checkpoint signed by a known key; the message, in French, says why."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The statement of a note: the log called ``origin`` has ``size`` leaves and this root."""

    origin: str
    size: int
    root: bytes

    @property
    def body(self) -> str:
        """The text that is signed, final newline included."""
        return f"{self.origin}\n{self.size}\n{_b64(self.root)}\n"


@dataclass(frozen=True, slots=True)
class Verifier:
    """A public key and the name it signs under. ``str()`` gives the usual text form, `parse` reads it."""

    name: str
    public: bytes

    @property
    def key_id(self) -> bytes:
        """The four bytes that tell keys of one name apart."""
        return hashlib.sha256(self.name.encode() + b"\n" + ED25519 + self.public).digest()[:_ID_BYTES]

    def __str__(self) -> str:
        return f"{self.name}+{self.key_id.hex()}+{_b64(ED25519 + self.public)}"

    @classmethod
    def parse(cls, text: str) -> "Verifier":
        """Read ``name+id+base64``. Raise BadNoteError when the parts disagree."""
        name, _, rest = text.strip().partition("+")
        identifier, _, key = rest.partition("+")
        raw = _unb64(key)
        verifier = cls(name, raw[1:])
        if not name or raw[:1] != ED25519 or len(raw) != 1 + _ROOT_BYTES or verifier.key_id.hex() != identifier:
            message = "La clé publique n’a pas la forme nom+empreinte+clé. Recopiez-la en entier."
            raise BadNoteError(message)
        return verifier


class Signer:
    """Signs checkpoints under one name with one key."""

    def __init__(self, name: str, seed: bytes) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(seed)
        public = self._key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        self.verifier = Verifier(name, public)

    def sign(self, size: int, root: bytes) -> str:
        """Return the signed note of a checkpoint of this log."""
        body = Checkpoint(self.verifier.name, size, root).body
        signature = self.verifier.key_id + self._key.sign(body.encode())
        return f"{body}\n{_MARK}{self.verifier.name} {_b64(signature)}\n"


def read(note: str, verifiers: Iterable[Verifier]) -> Checkpoint:
    """Return what a note states, once one of the known keys is seen to have signed it. Raise BadNoteError otherwise."""
    body, separator, signatures = note.partition("\n\n")
    body += "\n"
    if not separator:
        message = "Ce texte n’est pas un point de contrôle : il n’a pas de signature."
        raise BadNoteError(message)
    checkpoint = _statement(body)
    for verifier in verifiers:
        if any(_signed_by(verifier, body, line) for line in signatures.splitlines()):
            if checkpoint.origin != verifier.name:
                break
            return checkpoint
    message = "La signature n’est celle d’aucune clé connue de ce journal."
    raise BadNoteError(message)


def _statement(body: str) -> Checkpoint:
    lines = body.split("\n")
    malformed = "Ce texte n’est pas un point de contrôle : il faut une origine, une taille et une racine."
    if len(lines) < 4 or not lines[0] or not lines[1].isascii() or not lines[1].isdigit():  # noqa: PLR2004 - see message
        raise BadNoteError(malformed)
    checkpoint = Checkpoint(lines[0], int(lines[1]), _unb64(lines[2]))
    if len(checkpoint.root) != _ROOT_BYTES or str(checkpoint.size) != lines[1]:
        raise BadNoteError(malformed)
    return checkpoint


def _signed_by(verifier: Verifier, body: str, line: str) -> bool:
    name, _, encoded = line.removeprefix(_MARK).rpartition(" ")
    if not line.startswith(_MARK) or name != verifier.name:
        return False
    signature = _unb64(encoded)
    if signature[:_ID_BYTES] != verifier.key_id or len(signature) != _ID_BYTES + _SIGNATURE_BYTES:
        return False
    try:
        Ed25519PublicKey.from_public_bytes(verifier.public).verify(signature[_ID_BYTES:], body.encode())
    except InvalidSignature:
        return False
    return True


def decode_root(text: str) -> bytes:
    """Decode the root line of a note; nothing when it is not base64."""
    return _unb64(text)


def _b64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def _unb64(text: str) -> bytes:
    """Decode base64; what is not base64 gives nothing, which no caller accepts."""
    try:
        return base64.b64decode(text.encode(), validate=True)
    except (binascii.Error, ValueError):
        return b""
