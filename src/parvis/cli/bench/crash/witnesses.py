"""Those who work while everything dies: a depositor, a town's software, and a program that is called.

Each writes down only what the hub has promised: a folder counts from the moment its completion was acknowledged.
"""

import http.client
import itertools
import json
import random
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from parvis.cli.bench.drive import hub

_BROKEN = (OSError, http.client.HTTPException)
PAUSE_SECONDS = 0.05


@dataclass(slots=True)
class Depositor:
    """Deposits folders with one document, one after the other, whatever breaks."""

    client: hub.HubClient
    recipient: dict[str, str]
    base: dict[str, Any]
    name: str
    acknowledged: dict[str, str] = field(default_factory=dict)  # case: digest of its document
    stop: threading.Event = field(default_factory=threading.Event)
    failure: BaseException | None = None

    def run(self) -> None:
        """Deposit until told to stop."""
        try:
            for number in itertools.count(1):
                if self.stop.is_set():
                    return
                self._one(f"{self.name}-{number:012d}")
        except BaseException as failure:  # noqa: BLE001 - carried to the main thread
            self.failure = failure

    def _one(self, external_id: str) -> None:
        document = hub.pdf(external_id.encode(), random.randint(100, 8_000))  # noqa: S311 - a size
        try:
            _, made = self.client.call(
                "POST", "/api/v1/folders", hub.announced(external_id, [document], self.recipient, self.base)
            )
        except _BROKEN:
            return  # nothing was promised; the next one has a number of its own
        # 409: received already, by the try whose answer was lost.
        self._until(lambda: self.client.call("PUT", _content(made), document, accept=(204, 409)))
        self._until(lambda: self.client.call("POST", f"/api/v1/folders/{made['id']}/complete"))
        self.acknowledged[made["cases"][0]] = hub.digest(document)

    def _until(self, attempt: Any) -> None:
        while True:
            try:
                attempt()
            except _BROKEN:
                time.sleep(PAUSE_SECONDS)
            else:
                return


def _content(made: Any) -> str:
    return f"/api/v1/attachments/{made['attachments'][0]}/content"


@dataclass(slots=True)
class Town:
    """Polls, reads, downloads, says so, acknowledges. It treats a case once, by its id, as idempotent consumers do."""

    client: hub.HubClient
    seen: dict[str, str] = field(default_factory=dict)  # case: digest of what it downloaded
    announcements: Counter[str] = field(default_factory=Counter)  # case: distinct announcements
    acknowledged: set[str] = field(default_factory=set)
    again: list[str] = field(default_factory=list)  # told again after an acknowledgement was confirmed
    stop: threading.Event = field(default_factory=threading.Event)
    failure: BaseException | None = None
    _known: set[str] = field(default_factory=set)

    def run(self) -> None:
        """Poll until told to stop."""
        try:
            while not self.stop.is_set():
                try:
                    self._poll()
                except _BROKEN:
                    time.sleep(PAUSE_SECONDS)
        except BaseException as failure:  # noqa: BLE001 - carried to the main thread
            self.failure = failure

    def _poll(self) -> None:
        _, notes = self.client.call("GET", "/api/v1/notifications?limit=100")
        if not notes:
            time.sleep(PAUSE_SECONDS)
        for note in notes:
            if note["id"] in self.acknowledged:
                self.again.append(note["id"])
                continue
            if note["id"] not in self._known:
                self._known.add(note["id"])
                self.announcements[note["case"]] += 1
            if note["case"] not in self.seen:
                self.seen[note["case"]] = self._take(note["case"])
            # The key makes it one act, however often it is sent.
            self.client.call(
                "POST",
                f"/api/v1/cases/{note['case']}/events",
                {"status": "SI_RECEIVED"},
                headers={"Idempotency-Key": f"received-{note['case']}"},
            )
            # 404: forgotten already, by the try whose answer was lost.
            self.client.call("DELETE", f"/api/v1/notifications/{note['id']}", accept=(204, 404))
            self.acknowledged.add(note["id"])

    def _take(self, case_id: str) -> str:
        _, case = self.client.call("GET", f"/api/v1/cases/{case_id}")
        _, content = self.client.call("GET", f"/api/v1/attachments/{case['attachments'][0]['id']}/content")
        return hub.digest(content)


class Called(ThreadingHTTPServer):
    """A program that the hub calls: it notes each case it was told of, and when."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.told: dict[str, float] = {}
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.server_address[1]}/"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of a caller that died in the middle of its call: it is tried again."""


class _Handler(BaseHTTPRequestHandler):
    server: Called

    def do_POST(self) -> None:
        said = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.told.setdefault(said["data"]["case"], time.time())
        self.send_response(204)
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the library's name
        """Say nothing."""
