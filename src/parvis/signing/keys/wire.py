"""How the signer is spoken to: a frame is four bytes of length, then JSON. One question, one answer, on a connection.

``{"do": "make", "key": NAME, "kind": "p256" | "rsa3072"}`` → ``{"public": SPKI}``
``{"do": "public", "key": NAME}`` → ``{"public": SPKI}``
``{"do": "request", "key": NAME, "name": PERSON, "organisation": NAME}`` → ``{"request": PKCS10}``
``{"do": "sign", "authorisation": {…}, "lines": [[ID, SHA256, DIGEST], …], "scheme": "rsa-sha256", "places": [N, …]}`` →
``{"signatures": […]}``: the whole list is sent, part of it is signed.
``{"do": "hello"}`` → ``{"backend": "pkcs11" | "files"}``
Bytes are in base 64. A refusal is ``{"error": CODE, "message": TEXT}``.
"""

import json
import socket
from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from parvis.signing.cms.schemes import Padding, Scheme
from parvis.signing.keys.authorisation import Authorisation, Line
from parvis.signing.keys.errors import BadRequestError

MOST_BYTES = 8 * 1024 * 1024
_SIZE = 4


def send(channel: socket.socket, message: Mapping[str, Any]) -> None:
    """Write one frame."""
    encoded = json.dumps(message).encode()
    channel.sendall(len(encoded).to_bytes(_SIZE) + encoded)


def receive(channel: socket.socket) -> dict[str, Any]:
    """Read one frame. Raise EOFError when the other side left, BadRequestError when it is not one."""
    size = int.from_bytes(_exactly(channel, _SIZE))
    if size > MOST_BYTES:
        raise BadRequestError("frame too long")
    try:
        message = json.loads(_exactly(channel, size))
    except ValueError as error:
        raise BadRequestError("not JSON") from error
    if not isinstance(message, dict):
        raise BadRequestError("not an object")
    return message


def _exactly(channel: socket.socket, size: int) -> bytes:
    parts = bytearray()
    while len(parts) < size:
        part = channel.recv(min(size - len(parts), 1 << 16))
        if not part:
            raise EOFError
        parts += part
    return bytes(parts)


def text(data: bytes) -> str:
    """Bytes in a frame."""
    return b64encode(data).decode()


def data(encoded: str) -> bytes:
    """Bytes out of a frame. Raise ValueError."""
    return b64decode(encoded, validate=True)


def dump_authorisation(one: Authorisation) -> dict[str, Any]:
    """An authorisation in a frame."""
    return {
        "batch": str(one.batch),
        "key": one.key,
        "digest": text(one.digest),
        "count": one.count,
        "by": one.by,
        "expires_at": one.expires_at.isoformat(),
        "seal": text(one.seal),
    }


def load_authorisation(said: Mapping[str, Any]) -> Authorisation:
    """An authorisation out of a frame. Raise ValueError, KeyError or TypeError."""
    return Authorisation(
        batch=UUID(said["batch"]),
        key=str(said["key"]),
        digest=data(said["digest"]),
        count=int(said["count"]),
        by=str(said["by"]),
        expires_at=datetime.fromisoformat(said["expires_at"]),
        seal=data(said["seal"]),
    )


def dump_lines(lines: Sequence[Line]) -> list[list[str]]:
    """A list in a frame."""
    return [[str(line.id), text(line.document), text(line.digest)] for line in lines]


def load_lines(said: Sequence[Sequence[str]]) -> list[Line]:
    """A list out of a frame. Raise ValueError or TypeError."""
    return [Line(UUID(name), data(document), data(digest)) for name, document, digest in said]


def scheme_name(scheme: Scheme) -> str:
    """A scheme in one word, as it enters the digest of a list."""
    return f"{scheme.padding}-{scheme.digest}"


def load_scheme(name: str) -> Scheme:
    """The scheme of a word. Raise ValueError."""
    padding, _, digest = name.partition("-")
    return Scheme(Padding(padding), digest)
