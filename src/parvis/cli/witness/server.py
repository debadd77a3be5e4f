"""The HTTP of a witness: ``POST /add-checkpoint``, and ``GET /`` to see who answers."""

import logging
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from parvis.cli.witness.home import Home
from parvis.cli.witness.memory import LostMemoryError
from parvis.cli.witness.room import Room
from parvis.core.tlog import notes, witnessing
from parvis.core.tlog.witnessing import PLAIN, WitnessRefusalError

logger = logging.getLogger(__name__)
PATIENCE_SECONDS = 10


def answer(home: Home, body: bytes) -> str:
    """Return the lines of cosignature. Raise WitnessRefusalError, LostMemoryError.

    The checkpoint is on the disk before it is cosigned: killed in between, the witness forgets nothing it signed.
    """
    try:
        request = witnessing.read_request(body.decode())
        claimed, _ = notes.unverified(request.note)
    except (UnicodeDecodeError, notes.BadNoteError) as error:
        raise WitnessRefusalError(400, "malformed request\n") from error
    logs = home.logs()
    if claimed.origin not in {log.name for log in logs}:
        raise WitnessRefusalError(404, "unknown log\n")  # before a file is made for whatever name was sent
    with home.memory.of(claimed.origin) as slot:
        seen = slot.seen()
        accepted = witnessing.judge(request, seen, logs)
        if seen is None or accepted.size != seen.size:
            slot.keep(accepted)
        at = int(time.time())
        return "".join(cosigner.cosign(request.note, at=at) for cosigner in home.cosigners)


class WitnessServer(ThreadingHTTPServer):
    """A server of few threads, each of which does not wait for ever."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, address: tuple[str, int], home: Home) -> None:
        self.home = home
        self.room = Room()
        super().__init__(address, _Handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        """Refuse a connection rather than keep it waiting."""
        if self.room.enter(request):
            super().process_request(request, client_address)
        else:
            self.shutdown_request(request)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """Give the place back."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            self.room.leave(request)

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ARG002 - the library's signature
        """A client that leaves is a line of the log, not a fault of ours."""
        problem = sys.exception()
        if isinstance(problem, ConnectionError | TimeoutError):
            logger.info("witness_client_left: %s", type(problem).__name__)
        else:
            logger.error("witness_failed", exc_info=problem)


class _Handler(BaseHTTPRequestHandler):
    server: WitnessServer
    timeout = PATIENCE_SECONDS
    protocol_version = "HTTP/1.1"
    server_version, sys_version = "Parvis-witness", ""

    def handle_one_request(self) -> None:
        """Answer one request; until it has come whole, the place may go to somebody quicker."""
        self.server.room.asks(self.connection)
        super().handle_one_request()

    def do_GET(self) -> None:
        if self.path != "/":
            self._unknown()
            return
        self._say(200, "".join(f"{one.key}\n" for one in self.server.home.cosigners))

    def do_POST(self) -> None:
        if self.path != "/add-checkpoint":
            self._unknown()
            return
        try:
            body = self._body()
            self.server.room.is_served(self.connection)
            lines = self._answer(body)
        except WitnessRefusalError as refusal:
            self._refuse(refusal)
        else:
            self._say(200, lines)

    def _answer(self, body: bytes) -> str:
        try:
            return answer(self.server.home, body)
        except (LostMemoryError, notes.BadNoteError, OSError) as problem:
            logger.exception("witness_cannot_sign")
            raise WitnessRefusalError(500, "the witness cannot sign for this log now\n") from problem

    def _unknown(self) -> None:
        known = {"/": "GET", "/add-checkpoint": "POST"}.get(self.path)
        self.close_connection = True  # a body may follow
        if known is None:
            self._say(404, "only add-checkpoint is served here\n")
        else:
            self._say(405, f"only {known} is served here\n", allow=known)

    do_PUT = do_DELETE = do_PATCH = do_OPTIONS = do_HEAD = _unknown  # noqa: N815 - the library's names

    def _body(self) -> bytes:
        length = self.headers.get("Content-Length", "")
        if not length.isascii() or not length.isdigit():
            raise WitnessRefusalError(411, "a length is needed\n")
        if len(length) > len(str(witnessing.MOST_REQUEST_BYTES)) or int(length) > witnessing.MOST_REQUEST_BYTES:
            raise WitnessRefusalError(413, "too long\n")
        body = self.rfile.read(int(length))
        if len(body) < int(length):
            raise ConnectionAbortedError
        return body

    def _refuse(self, refusal: WitnessRefusalError) -> None:
        if refusal.status not in (409, 422, 403):  # the body may not have been read: the connection ends
            self.close_connection = True
        self._say(refusal.status, refusal.body, refusal.kind)

    def _say(self, status: int, body: str, kind: str = PLAIN, *, allow: str = "") -> None:
        content = body.encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        if allow:
            self.send_header("Allow", allow)
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the library's name
        logger.info(format, *args)
