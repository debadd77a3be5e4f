"""Where keys are: a hardware module, or files for the demo only."""

import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from parvis.signing.cms.schemes import PrivateKey, PublicKey, Scheme
from parvis.signing.keys.authority import KeyKind, new_key
from parvis.signing.keys.errors import BadRequestError, SignerError, UnknownKeyError

_NAME = re.compile(r"[a-z0-9-]{1,64}", re.ASCII)


class Backend(Protocol):
    """Keys by name. Every method raises SignerError and nothing else. Used by one thread at a time."""

    def make(self, name: str, kind: KeyKind) -> PublicKey:
        """Make a key that never leaves. Raise BadRequestError when the name is taken."""

    def public(self, name: str) -> PublicKey:
        """Return the public key. Raise UnknownKeyError."""

    def sign(self, name: str, scheme: Scheme, digests: Sequence[bytes]) -> list[bytes]:
        """Sign each digest. Raise UnknownKeyError."""


def check_name(name: str) -> None:
    """Raise BadRequestError unless a name is plain: it becomes a file's, a label's."""
    if not _NAME.fullmatch(name):
        raise BadRequestError("a key's name is made of small letters, digits and hyphens")


class Files:
    """Keys in files readable by their owner: for the demo and the tests. Whoever reads the disk can sign."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._folder = folder
        self._loaded: dict[str, PrivateKey] = {}

    def make(self, name: str, kind: KeyKind) -> PublicKey:
        """Make a key."""
        check_name(name)
        key = new_key(kind)
        encoded = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        try:
            handle = os.open(self._folder / f"{name}.pem", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            raise BadRequestError("this name is taken") from None
        with os.fdopen(handle, "wb") as out:
            out.write(encoded)
            out.flush()
            os.fsync(out.fileno())
        return key.public_key()

    def public(self, name: str) -> PublicKey:
        """Return the public key."""
        return self._key(name).public_key()

    def sign(self, name: str, scheme: Scheme, digests: Sequence[bytes]) -> list[bytes]:
        """Sign each digest."""
        key = self._key(name)
        try:
            return [scheme.sign(key, digest) for digest in digests]
        except (TypeError, ValueError) as error:
            raise BadRequestError(str(error)) from error

    def _key(self, name: str) -> PrivateKey:
        check_name(name)
        if name not in self._loaded:
            self._loaded[name] = self._read(name)
        return self._loaded[name]

    def _read(self, name: str) -> PrivateKey:
        try:
            key = load_pem_private_key((self._folder / f"{name}.pem").read_bytes(), None)
        except FileNotFoundError:
            raise UnknownKeyError(name) from None
        except (OSError, ValueError) as error:
            raise SignerError(str(error)) from error
        if not isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
            raise SignerError("a key of another family")
        return key
