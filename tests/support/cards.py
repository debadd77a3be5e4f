"""The helper of an agent's card as it runs, with a SoftHSM token in the place of the card."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests
from cryptography.hazmat.primitives.serialization import Encoding, load_der_public_key
from cryptography.x509 import Certificate

from tests.support import signers

SITE = "https://parvis.example"
# What a card's own enrolment does: a key, then its certificate under the same label.
_MAKE = """
import sys
from parvis.signing.keys.hsm import Module
from parvis.signing.keys.authority import KeyKind
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
key = Module(sys.argv[1], "parvis", sys.argv[2]).make("agent", KeyKind.P256)
sys.stdout.buffer.write(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))
"""
_STORE = """
import sys, pkcs11
from pkcs11.constants import Attribute, ObjectClass, CertificateType
with pkcs11.lib(sys.argv[1]).get_token(token_label="parvis").open(rw=True, user_pin=sys.argv[2]) as session:
    session.create_object({
        Attribute.CLASS: ObjectClass.CERTIFICATE, Attribute.CERTIFICATE_TYPE: CertificateType.X_509,
        Attribute.TOKEN: True, Attribute.PRIVATE: False, Attribute.LABEL: "agent", Attribute.ID: b"agent",
        Attribute.SUBJECT: b"0", Attribute.VALUE: sys.stdin.buffer.read(),
    })
"""


@dataclass(frozen=True)
class Helper:
    """The helper that runs, its card's certificate, and the agent's keyboard."""

    url: str
    certificate: Certificate
    process: "subprocess.Popen[bytes]"

    def post(self, what: str, body: Any, *, origin: str = SITE, **headers: str) -> requests.Response:
        return requests.post(f"{self.url}/v1/{what}", json=body, headers={"Origin": origin} | headers, timeout=20)

    def types(self, text: str) -> None:
        assert self.process.stdin
        self.process.stdin.write(text.encode() + b"\n")
        self.process.stdin.flush()


@contextmanager
def running(home: Path, certify: Callable[[Any], Certificate], origin: str = SITE) -> Iterator[Helper]:
    """Run the helper for a card that holds a fresh key, certified by ``certify``."""
    token = signers.token(home / "card")
    environment = os.environ | token.environment

    def script(code: str, given: bytes = b"") -> bytes:
        words = [sys.executable, "-c", code, str(signers.SOFTHSM), signers.PIN]
        return subprocess.run(words, input=given, capture_output=True, check=True, env=environment).stdout

    public = load_der_public_key(script(_MAKE))
    certificate = certify(public)
    script(_STORE, certificate.public_bytes(Encoding.DER))
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "parvis", "card-helper", "--module", str(signers.SOFTHSM), "--token", "parvis"]
    command += ["--origin", origin, "--port", str(port)]
    process = subprocess.Popen(
        command, env=environment, stdin=subprocess.PIPE, stderr=subprocess.DEVNULL, start_new_session=True
    )
    try:
        _wait(port)
        yield Helper(f"http://127.0.0.1:{port}", certificate, process)
    finally:
        process.kill()
        process.wait()
        if process.stdin:
            process.stdin.close()


def _wait(port: int) -> None:
    deadline = time.monotonic() + 20
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            assert time.monotonic() < deadline
            time.sleep(0.05)
        else:
            return
