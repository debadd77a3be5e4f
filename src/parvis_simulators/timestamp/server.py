"""Answer timestamp requests on loopback, with our own timestamp unit; each fault has a name."""

import argparse
import signal
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

from asn1crypto import tsp
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from parvis.signing.cms.keys import MemoryKey
from parvis.signing.cms.schemes import scheme_for
from parvis.signing.cms.template import Template
from parvis.signing.time.unit import TimestampUnit

HOST = "127.0.0.1"
MEDIA = "application/timestamp-reply"


def _now() -> datetime:
    return datetime.now(UTC)


def _altered(request: bytes, change: Callable[[tsp.TimeStampReq], None]) -> bytes:
    asked = tsp.TimeStampReq.load(request)
    change(asked)
    return bytes(asked.dump(force=True))


def _other_nonce(asked: tsp.TimeStampReq) -> None:
    asked["nonce"] = (asked["nonce"].native or 0) + 1


def _other_imprint(asked: tsp.TimeStampReq) -> None:
    asked["message_imprint"]["hashed_message"] = bytes(len(asked["message_imprint"]["hashed_message"].native))


FAULTS: dict[str, Callable[[TimestampUnit, bytes], bytes]] = {
    "none": lambda unit, request: unit.answer(request, at=_now()),
    "old": lambda unit, request: unit.answer(request, at=_now() - timedelta(days=30)),
    "early": lambda unit, request: unit.answer(request, at=_now() + timedelta(hours=1)),
    "nonce": lambda unit, request: unit.answer(_altered(request, _other_nonce), at=_now()),
    "imprint": lambda unit, request: unit.answer(_altered(request, _other_imprint), at=_now()),
    "refuses": lambda unit, _: unit.answer(b"", at=_now()),
    "garbage": lambda _unit, _request: b"\x30\x03\x02\x01",
    "flipped": lambda unit, request: _flip(unit.answer(request, at=_now())),
}


def _flip(answer: bytes) -> bytes:
    return answer[:-1] + bytes((answer[-1] ^ 1,))


class Handler(BaseHTTPRequestHandler):
    """One unit; ``fault`` is a name of FAULTS."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    unit: ClassVar[TimestampUnit]
    fault: ClassVar[str] = "none"

    def do_POST(self) -> None:
        """Answer one request."""
        request = self.rfile.read(min(int(self.headers.get("Content-Length", 0)), 64 * 1024))
        answer = FAULTS[self.fault](self.unit, request)
        self.send_response(200)
        self.send_header("Content-Type", MEDIA)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_arguments: object) -> None:
        """Stay silent: the demo's terminal is for its story."""


def serving(unit: TimestampUnit, *, fault: str = "none", port: int = 0) -> ThreadingHTTPServer:
    """Return a server that answers in the background, on any free port when none is given."""
    server = ThreadingHTTPServer((HOST, port), type("BoundHandler", (Handler,), {"unit": unit, "fault": fault}))
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    return server


def main(arguments: list[str]) -> int:
    """Play an authority whose key and certificates are in PEM files, until told to stop."""
    parser = argparse.ArgumentParser(prog="timestamp")
    parser.add_argument("--http", type=int, default=8628)
    parser.add_argument("--key", type=Path, required=True)
    parser.add_argument("--certificates", type=Path, required=True, help="the unit's, then its issuers'")
    parser.add_argument("--fault", choices=sorted(FAULTS), default="none")
    options = parser.parse_args(arguments)
    key = load_pem_private_key(options.key.read_bytes(), None)
    if not isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
        parser.error("a key of another family than RSA or P-256")
    own, *issuers = x509.load_pem_x509_certificates(options.certificates.read_bytes())
    unit = TimestampUnit(Template(own, tuple(issuers), scheme_for(key.public_key())), MemoryKey(key))
    server = serving(unit, fault=options.fault, port=options.http)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    stop.wait()
    server.shutdown()
    return 0
