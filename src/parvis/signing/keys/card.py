"""An agent's own smartcard: a small HTTP service on their machine, between the browser and the card.

Protocol, version 1 (docs/card-helper.md). The page never sees the PIN; the helper never sees a document: it shows how
many, for whom and the digest of the list, and signs after the person has typed the PIN on the helper itself.
"""

import hashlib
import json
import threading
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from parvis.signing.keys import hsm, wire
from parvis.signing.keys.errors import BadRequestError, SignerError

VERSION = 1
MOST_BYTES = 512 * 1024
MOST_DIGESTS = 500
HOST = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Demand:
    """What is shown to the person before they type their PIN."""

    origin: str
    title: str
    count: int
    certificate: str
    digest: str


class DeclinedError(SignerError):
    """The person said no, or typed nothing."""

    code = "declined"


# Shows a demand and returns the PIN typed, None when the person says no.
Confirm = Callable[[Demand], str | None]


@dataclass
class Card:
    """The card, by its PKCS#11 module. ``origins`` are the sites that may ask, exactly as browsers write them."""

    library: str
    token: str
    origins: frozenset[str]
    confirm: Confirm
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def certificates(self) -> dict[str, Any]:
        """Return the certificates of the card: no PIN is needed to read them."""
        with self._lock:
            found = hsm.certificates(self.library, self.token)
        return {"certificates": [_text(one.public_bytes(Encoding.DER)) for _, one in found]}

    def sign(self, origin: str, asked: Mapping[str, Any]) -> dict[str, Any]:
        """Sign digests once the person has agreed. Raise SignerError."""
        wanted, scheme = b64decode(asked["certificate"], validate=True), wire.load_scheme(asked["scheme"])
        digests = [b64decode(one, validate=True) for one in asked["digests"]]
        if not 0 < len(digests) <= MOST_DIGESTS or any(len(one) != scheme.hash.digest_size for one in digests):
            raise BadRequestError("from 1 to 500 digests of the scheme's size")
        with self._lock:
            known = hsm.certificates(self.library, self.token)
            names = {one.public_bytes(Encoding.DER): (name, one) for name, one in known}
            if wanted not in names:
                raise BadRequestError("this certificate is not on the card")
            name, certificate = names[wanted]
            pin = self.confirm(_demand(origin, str(asked.get("title", "")), digests, certificate))
            if not pin:
                raise DeclinedError("the person declined")
            module = hsm.Module(self.library, self.token, pin)
            try:
                return {"signatures": [_text(one) for one in module.sign(name, scheme, digests)]}
            finally:
                module.close()


def _demand(origin: str, title: str, digests: list[bytes], certificate: x509.Certificate) -> Demand:
    shown = "".join(letter for letter in title if letter.isprintable())[:100]
    digest = hashlib.sha256(b"".join(digests)).hexdigest()
    return Demand(origin, shown, len(digests), certificate.subject.rfc4514_string(), digest)


def _text(data: bytes) -> str:
    return b64encode(data).decode()


class Handler(BaseHTTPRequestHandler):
    """One card. Only pages of the sites allowed are answered, and only under a loopback name (DNS rebinding)."""

    card: ClassVar[Card]

    def do_OPTIONS(self) -> None:
        """Answer the browser's question before a request (CORS, private network access)."""
        if self._allowed():
            self._answer(204, None)

    def do_GET(self) -> None:
        """Say that the helper is there."""
        if self._allowed():
            known = self.path == "/v1/status"
            self._answer(200 if known else 404, {"version": VERSION} if known else {"error": "unknown_address"})

    def do_POST(self) -> None:
        """List certificates, sign."""
        if not self._allowed():
            return
        try:
            asked = self._body()
            if self.path == "/v1/certificates":
                self._answer(200, self.card.certificates())
            elif self.path == "/v1/sign":
                self._answer(200, self.card.sign(self.headers["Origin"], asked))
            else:
                self._answer(404, {"error": "unknown_address"})
        except SignerError as error:
            self._answer(403 if isinstance(error, DeclinedError) else 409, {"error": error.code})
        except (ValueError, KeyError, TypeError, AttributeError):
            self._answer(400, {"error": BadRequestError.code})

    def _allowed(self) -> bool:
        """Refuse other sites, programs without an origin, and names that are not this machine's."""
        name = self.headers.get("Host", "").rpartition(":")[0]
        if self.headers.get("Origin", "") in self.card.origins and name in {HOST, "localhost"}:
            return True
        self.send_error(403)
        return False

    def _body(self) -> Any:
        # A form of any site can post text: JSON is asked for, which browsers announce beforehand.
        if self.headers.get("Content-Type", "").partition(";")[0] != "application/json":
            raise BadRequestError("application/json is expected")
        size = int(self.headers.get("Content-Length", 0))
        if not 0 < size <= MOST_BYTES:
            raise BadRequestError("too long")
        return json.loads(self.rfile.read(size))

    def _answer(self, status: int, body: Mapping[str, Any] | None) -> None:
        encoded = b"" if body is None else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Access-Control-Allow-Origin", self.headers["Origin"])
        self.send_header("Access-Control-Allow-Headers", "Content-Type")
        self.send_header("Access-Control-Allow-Private-Network", "true")
        self.send_header("Vary", "Origin")
        self.send_header("Cache-Control", "no-store")
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(encoded)))
        self.end_headers()
        self.wfile.write(encoded)

    def log_message(self, *_arguments: object) -> None:
        """Keep no trace of what is asked."""


def serving(card: Card, port: int) -> ThreadingHTTPServer:
    """Return a server bound to loopback, to run with ``serve_forever``."""
    return ThreadingHTTPServer((HOST, port), type("BoundHandler", (Handler,), {"card": card}))
