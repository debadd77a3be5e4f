"""The signer: a process apart, which alone holds the keys and signs only what was confirmed.

It listens on a socket of the data directory, for processes of the same account. One lock: modules do not like threads.
"""

import logging
import os
import socket
import struct
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from parvis.signing.cms.schemes import PublicKey, scheme_for
from parvis.signing.keys import requests, wire
from parvis.signing.keys.authority import KeyKind
from parvis.signing.keys.backends import Backend, Files
from parvis.signing.keys.errors import BadRequestError, SignerError, UnauthorisedError

logger = logging.getLogger(__name__)
_PATIENCE_SECONDS = 60


class Signer:
    """Answers questions with a backend. ``secret`` is what authorisations are sealed with."""

    def __init__(self, backend: Backend, secret: bytes) -> None:
        self._backend = backend
        self._secret = secret
        self._lock = threading.Lock()
        self._known: dict[str, Callable[[Mapping[str, Any]], dict[str, Any]]] = {
            "hello": lambda _: {"backend": "files" if isinstance(backend, Files) else "pkcs11"},
            "make": lambda asked: _public(self._backend.make(str(asked["key"]), KeyKind(asked["kind"]))),
            "public": lambda asked: _public(self._backend.public(str(asked["key"]))),
            "request": self._request,
            "sign": self._sign,
        }

    def answer(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """Answer one question; a refusal is an answer."""
        try:
            work = self._known[str(asked.get("do"))]
            with self._lock:
                return work(asked)
        except SignerError as error:
            return {"error": error.code, "message": str(error)}
        except (KeyError, ValueError, TypeError) as error:
            return {"error": BadRequestError.code, "message": f"{type(error).__name__}: {error}"}

    def _request(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """A certificate request says who asks and nothing else: it needs no confirmation."""
        name = str(asked["key"])
        public = self._backend.public(name)
        scheme = scheme_for(public)
        body = requests.body(public, str(asked["name"]), str(asked["organisation"]))
        (signature,) = self._backend.sign(name, scheme, [scheme.hashed(body)])
        return {"request": wire.text(requests.whole(body, scheme, signature))}

    def _sign(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        authorisation = wire.load_authorisation(asked["authorisation"])
        lines = wire.load_lines(asked["lines"])
        scheme = wire.load_scheme(asked["scheme"])
        authorisation.check(self._secret, lines, scheme=asked["scheme"], at=datetime.now(UTC))
        if any(len(line.digest) != scheme.hash.digest_size for line in lines):
            raise UnauthorisedError("a digest of another size than the scheme's")
        places = [int(place) for place in asked["places"]]
        if not all(0 <= place < len(lines) for place in places) or len(set(places)) != len(places):
            raise BadRequestError("outside of the list, or twice")
        wanted = [lines[place].digest for place in places]
        signatures = self._backend.sign(authorisation.key, scheme, wanted)
        logger.info("signed", extra={"batch": str(authorisation.batch), "count": len(places)})
        return {"signatures": [wire.text(one) for one in signatures]}


def _public(key: PublicKey) -> dict[str, Any]:
    return {"public": wire.text(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))}


class Listener:
    """The socket of the signer, from `open` to `close`."""

    def __init__(self, path: Path, signer: Signer) -> None:
        self._path = path
        self._signer = signer
        self._closing = threading.Event()
        self._socket = _bound(path)

    def serve(self) -> None:
        """Answer until closed, a thread a connection."""
        while not self._closing.is_set():
            try:
                channel, _ = self._socket.accept()
            except OSError:
                break
            threading.Thread(target=self._converse, args=(channel,), daemon=True).start()

    def close(self) -> None:
        """Stop listening."""
        self._closing.set()
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._path.unlink(missing_ok=True)

    def _converse(self, channel: socket.socket) -> None:
        with channel, suppress(EOFError, OSError):
            channel.settimeout(_PATIENCE_SECONDS)
            if _peer(channel) not in (0, os.getuid()):
                return
            while True:
                try:
                    asked = wire.receive(channel)
                except BadRequestError as error:
                    wire.send(channel, {"error": error.code, "message": str(error)})
                    return
                wire.send(channel, self._signer.answer(asked))


def _bound(path: Path) -> socket.socket:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    fresh = path.with_name(f"{path.name}.{os.getpid()}")
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    with _short(fresh) as name:
        listening.bind(name)
    fresh.chmod(0o600)
    listening.listen(64)
    fresh.replace(path)  # only now: whoever sees it may connect
    return listening


def connect(path: Path) -> socket.socket:
    """Return a connection to the signer. Raise OSError when it is not there."""
    channel = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    channel.settimeout(_PATIENCE_SECONDS)
    try:
        with _short(path) as name:
            channel.connect(name)
    except OSError:
        channel.close()
        raise
    return channel


class _short:  # noqa: N801 - reads as a word of its caller
    """The address of a socket whose path may be longer than the 107 bytes of one, by way of its open folder."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> str:
        self._folder = os.open(self._path.parent, os.O_RDONLY | os.O_DIRECTORY)
        return f"/proc/self/fd/{self._folder}/{self._path.name}"

    def __exit__(self, *_: object) -> None:
        os.close(self._folder)


def _peer(channel: socket.socket) -> int:
    credentials = channel.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
    return int(struct.unpack("3i", credentials)[1])
