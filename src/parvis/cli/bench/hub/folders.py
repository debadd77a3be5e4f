"""One whole folder over HTTP: announced, its documents sent, the recipients told."""

import itertools
import time
from dataclasses import dataclass, field
from typing import Any

from parvis.cli.bench import world
from parvis.cli.bench.drive import hub

# 2.33 documents a folder: the 2.3 of the State's busiest year.
PATTERN = (2, 3, 2)
DOCUMENT_BYTES = 40_000
BASE = {
    "process": world.PROCESS,
    "depositor": world.DEPOSITOR,
    "applicant": {"first_name": "Camille", "last_name": "Martin"},
}
_numbers = itertools.count(1)


@dataclass(slots=True)
class Sender:
    """A depositor's program. It notes when each case was promised (its completion acknowledged)."""

    client: hub.HubClient
    told: dict[str, float] = field(default_factory=dict)  # case: time of the promise

    def __call__(self) -> None:
        """Deposit one folder."""
        number = next(_numbers)
        self.deposit(f"HUB-{number:012d}", PATTERN[number % 3])

    def deposit(self, name: str, documents_count: int = 2) -> None:
        """Deposit the folder of this name, with so many documents."""
        documents = [hub.pdf(f"{name}{place}".encode(), DOCUMENT_BYTES) for place in range(documents_count)]
        body = hub.announced(name, documents, world.RECIPIENT, BASE)
        _, made = self.client.call("POST", "/api/v1/folders", body)
        for place, content in zip(made["attachments"], documents, strict=True):
            self.client.call("PUT", f"/api/v1/attachments/{place}/content", content)
        self.client.call("POST", f"/api/v1/folders/{made['id']}/complete")
        self.told[made["cases"][0]] = time.time()


@dataclass(slots=True)
class Watcher:
    """A town's software that asks without a pause. It notes when it first saw each case."""

    client: hub.HubClient
    seen: dict[str, float] = field(default_factory=dict)
    stopped: bool = False

    def run(self) -> None:
        """Ask, note, acknowledge, until told to stop."""
        while not self.stopped:
            notes: list[Any] = self.client.call("GET", "/api/v1/notifications?limit=100")[1]
            moment = time.time()
            for note in notes:
                self.seen.setdefault(note["case"], moment)
            if notes:
                self.client.call("POST", "/api/v1/notifications/acknowledge", {"ids": [note["id"] for note in notes]})
            else:
                time.sleep(0.02)
