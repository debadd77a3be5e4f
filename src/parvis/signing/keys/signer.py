"""Ask the signer, from the site and the worker."""

import socket
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import load_der_public_key

from parvis.signing.cms.schemes import PublicKey, Scheme
from parvis.signing.keys import process, wire
from parvis.signing.keys.authorisation import Authorisation, Line
from parvis.signing.keys.authority import KeyKind
from parvis.signing.keys.errors import BY_CODE, BadRequestError, SignerError, UnreachableError


class SignerClient:
    """One connection, opened when first needed and again when it broke. Safe between threads."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._channel: socket.socket | None = None

    def backend(self) -> str:
        """Tell where the keys are: ``pkcs11`` or ``files``. Raise UnreachableError."""
        return str(self._ask({"do": "hello"})["backend"])

    def make(self, name: str, kind: KeyKind) -> PublicKey:
        """Make a key. Raise SignerError."""
        return _key(self._ask({"do": "make", "key": name, "kind": str(kind)}))

    def public(self, name: str) -> PublicKey:
        """Return a public key. Raise SignerError."""
        return _key(self._ask({"do": "public", "key": name}))

    def request(self, name: str, *, holder: str, organisation: str) -> bytes:
        """Return a certificate request (PKCS#10, DER) for a key. Raise SignerError."""
        asked = {"do": "request", "key": name, "name": holder, "organisation": organisation}
        return wire.data(self._ask(asked)["request"])

    def sign(
        self, authorisation: Authorisation, lines: Sequence[Line], scheme: Scheme, places: Sequence[int]
    ) -> list[bytes]:
        """Return the signatures of part of a confirmed list, in the order of ``places``. Raise SignerError."""
        answered = self._ask(
            {
                "do": "sign",
                "authorisation": wire.dump_authorisation(authorisation),
                "lines": wire.dump_lines(lines),
                "scheme": wire.scheme_name(scheme),
                "places": list(places),
            }
        )
        return [wire.data(one) for one in answered["signatures"]]

    def close(self) -> None:
        """Hang up."""
        with self._lock:
            self._hang_up()

    def _hang_up(self) -> None:
        if self._channel is not None:
            with suppress(OSError):
                self._channel.close()
            self._channel = None

    def _ask(self, question: Mapping[str, Any]) -> dict[str, Any]:
        with self._lock:
            try:
                answered = self._exchange(question)
            except (OSError, EOFError) as error:
                self._hang_up()
                raise UnreachableError(f"{type(error).__name__} {error}".strip()) from error
        if "error" in answered:
            raise BY_CODE.get(str(answered["error"]), SignerError)(str(answered.get("message", "")))
        return answered

    def _exchange(self, question: Mapping[str, Any]) -> dict[str, Any]:
        """Ask; once more on a new connection when the one kept was closed in between (a signer started again)."""
        kept = self._channel is not None
        try:
            return self._once(question)
        except (OSError, EOFError):
            if not kept:
                raise
            self._hang_up()
            return self._once(question)

    def _once(self, question: Mapping[str, Any]) -> dict[str, Any]:
        if self._channel is None:
            self._channel = process.connect(self._path)
        wire.send(self._channel, question)
        return wire.receive(self._channel)


def _key(answered: Mapping[str, Any]) -> PublicKey:
    key = load_der_public_key(wire.data(answered["public"]))
    if not isinstance(key, rsa.RSAPublicKey | ec.EllipticCurvePublicKey):
        raise BadRequestError("a key of another family")
    return key
