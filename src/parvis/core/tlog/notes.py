"""Checkpoints as signed notes (C2SP tlog-checkpoint and signed-note, Ed25519). Pure: takes keys, reads no file."""

import base64
import binascii
import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

ED25519 = b"\x01"
ID_BYTES = 4
MOST_SIGNATURES = 64
"""Lines of signature that are looked at in one note (at least 16 must be)."""
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
        return f"{self.origin}\n{self.size}\n{b64(self.root)}\n"


@dataclass(frozen=True, slots=True)
class Signature:
    """One line of signature: who says to have signed, with which key, and the bytes that should prove it."""

    name: str
    key_id: bytes
    value: bytes

    def __str__(self) -> str:
        return f"{_MARK}{self.name} {b64(self.key_id + self.value)}\n"


@dataclass(frozen=True, slots=True)
class Verifier:
    """A public key and the name it signs under. ``str()`` gives the usual text form, `parse` reads it."""

    name: str
    public: bytes

    @property
    def key_id(self) -> bytes:
        """The four bytes that tell keys of one name apart."""
        return key_id(self.name, ED25519, self.public)

    def __str__(self) -> str:
        return key_text(self.name, ED25519, self.public)

    @classmethod
    def parse(cls, text: str) -> "Verifier":
        """Read ``name+id+base64``. Raise BadNoteError when the parts disagree."""
        name, kind, public = read_key(text)
        if kind != ED25519 or len(public) != _ROOT_BYTES:
            message = "Cette clé publique n’est pas celle d’un journal (Ed25519)."
            raise BadNoteError(message)
        return cls(name, public)


class Signer:
    """Signs checkpoints under one name with one key."""

    def __init__(self, name: str, seed: bytes) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(seed)
        public = self._key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        self.verifier = Verifier(name, public)

    def sign(self, size: int, root: bytes) -> str:
        """Return the signed note of a checkpoint of this log."""
        body = Checkpoint(self.verifier.name, size, root).body
        return f"{body}\n{Signature(self.verifier.name, self.verifier.key_id, self._key.sign(body.encode()))}"


def key_id(name: str, kind: bytes, public: bytes) -> bytes:
    """Return the identifier of a key: what its lines of signature begin with."""
    return hashlib.sha256(name.encode() + b"\n" + kind + public).digest()[:ID_BYTES]


def key_text(name: str, kind: bytes, public: bytes) -> str:
    """Write a public key as ``name+id+base64`` (signed-note, "verifier keys")."""
    return f"{name}+{key_id(name, kind, public).hex()}+{b64(kind + public)}"


def read_key(text: str) -> tuple[str, bytes, bytes]:
    """Read ``name+id+base64`` as name, kind of signature and key. Raise BadNoteError when the parts disagree."""
    name, _, rest = text.strip().partition("+")
    identifier, _, key = rest.partition("+")
    raw = unb64(key)
    kind, public = raw[:1], raw[1:]
    if not is_key_name(name) or not public or key_id(name, kind, public).hex() != identifier:
        message = "La clé publique n’a pas la forme nom+empreinte+clé. Recopiez-la en entier."
        raise BadNoteError(message)
    return name, kind, public


def is_key_name(name: str) -> bool:
    """Tell whether a key may bear this name: no blank, no plus sign, nothing that does not print."""
    return bool(name) and name.isprintable() and "+" not in name and name.split() == [name]


def read(note: str, verifiers: Iterable[Verifier]) -> Checkpoint:
    """Return what a note states, once one of the known keys is seen to have signed it. Raise BadNoteError otherwise."""
    checkpoint, body = unverified(note)
    lines = list(signatures(note))
    for verifier in verifiers:
        if any(_signed_by(verifier, body, line) for line in lines):
            if checkpoint.origin != verifier.name:
                break
            return checkpoint
    message = "La signature n’est celle d’aucune clé connue de ce journal."
    raise BadNoteError(message)


def unverified(note: str) -> tuple[Checkpoint, str]:
    """Return what a note states and the text that is signed, whoever signed it. Raise BadNoteError when it is none."""
    body, separator, _ = note.partition("\n\n")
    if not separator:
        message = "Ce texte n’est pas un point de contrôle : il n’a pas de signature."
        raise BadNoteError(message)
    return _statement(body + "\n"), body + "\n"


def signatures(note: str) -> Iterator[Signature]:
    """Yield the lines of signature of a note, those that have the form of one."""
    for line in note.partition("\n\n")[2].split("\n")[:MOST_SIGNATURES]:
        name, _, encoded = line.removeprefix(_MARK).rpartition(" ")
        raw = unb64(encoded)
        if line.startswith(_MARK) and len(raw) > ID_BYTES:
            yield Signature(name, raw[:ID_BYTES], raw[ID_BYTES:])


def _statement(body: str) -> Checkpoint:
    lines = body.split("\n")
    malformed = "Ce texte n’est pas un point de contrôle : il faut une origine, une taille et une racine."
    if len(lines) < 4 or not lines[0] or not lines[1].isascii() or not lines[1].isdigit():  # noqa: PLR2004 - see message
        raise BadNoteError(malformed)
    if len(lines[1]) > len(str(2**63)) or str(int(lines[1])) != lines[1]:
        raise BadNoteError(malformed)
    checkpoint = Checkpoint(lines[0], int(lines[1]), unb64(lines[2]))
    if len(checkpoint.root) != _ROOT_BYTES:
        raise BadNoteError(malformed)
    return checkpoint


def _signed_by(verifier: Verifier, body: str, line: Signature) -> bool:
    if (line.name, line.key_id) != (verifier.name, verifier.key_id) or len(line.value) != _SIGNATURE_BYTES:
        return False
    try:
        Ed25519PublicKey.from_public_bytes(verifier.public).verify(line.value, body.encode())
    except InvalidSignature:
        return False
    return True


def decode_root(text: str) -> bytes:
    """Decode the root line of a note; nothing when it is not base64."""
    return unb64(text)


def b64(data: bytes) -> str:
    """Encode in base64, the standard alphabet."""
    return base64.b64encode(data).decode("ascii")


def unb64(text: str) -> bytes:
    """Decode base64 that is written the one right way; anything else gives nothing, which no caller accepts."""
    try:
        raw = base64.b64decode(text.encode(), validate=True)
    except (binascii.Error, ValueError):
        return b""
    return raw if b64(raw) == text else b""
