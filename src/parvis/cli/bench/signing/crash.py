"""`parvis bench signing-crash`: SIGKILL in the middle of a batch, again and again: nothing lost, nothing twice."""

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import BytesIO
from typing import IO
from uuid import UUID

from django.test import override_settings
from pyhanko.pdf_utils.reader import PdfFileReader

from parvis.cli.bench.report import Metric, Target, count
from parvis.cli.bench.session import Session
from parvis.cli.bench.signing.town import Town, build, signer
from parvis.documents import queries as documents
from parvis.ledger import queries as ledger
from parvis.signing import queries
from parvis.signing.enums import BatchState, EntryState

DOCUMENTS = 60
MOST_KILLS = 6
_ZERO = Target("=", 0)


def measure(session: Session) -> list[Metric]:
    """Return what was lost or doubled, which must be nothing, and how many times the signing was killed."""
    found: Counter[str] = Counter()
    with override_settings(DEMO=True), signer(session.data_dir), _zygote() as zygote:
        town = build()
        rounds = session.size(200, 20)
        session.tell(f"{rounds} lots signés sous les coups de SIGKILL…")
        whole = _unhurried(zygote, town.confirmed(DOCUMENTS))
        for _ in range(rounds):
            batch = town.confirmed(DOCUMENTS)
            found["kills"] += _killed(zygote, batch, town, whole)
            found.update(_defects(batch, town))
            session.progress.advance(session.task)
    return [
        count(
            "kills", f"arrêts brutaux pendant la signature de {rounds} lots de {DOCUMENTS}", "arrêts", found["kills"]
        ),
        count("lost", "documents non signés à la fin", "documents", found["lost"], target=_ZERO),
        count("twice", "documents signés deux fois", "documents", found["twice"], target=_ZERO),
        count("broken", "documents dont la signature n’est pas entière", "documents", found["broken"], target=_ZERO),
    ]


class _Zygote:
    """The process that forks those we kill."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self.asks, self.says = _both(process)

    def starts(self, batch: UUID) -> int:
        """Have a child sign; return its number."""
        self.asks.write(f"{batch}\n")
        self.asks.flush()
        return int(self.says.readline())

    def ended(self) -> int:
        """Wait for it; return how it ended."""
        return int(self.says.readline())


def _both(process: "subprocess.Popen[str]") -> tuple[IO[str], IO[str]]:
    if process.stdin is None or process.stdout is None:
        message = "a process without pipes"
        raise RuntimeError(message)
    return process.stdin, process.stdout


@contextmanager
def _zygote() -> Iterator[_Zygote]:
    command = [sys.executable, "-m", "parvis.cli.bench.signing.zygote"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 - ours
        try:
            yield _Zygote(process)
        finally:
            process.terminate()


def _unhurried(zygote: _Zygote, batch: UUID) -> float:
    """Return how long a batch takes when nobody kills anything."""
    began = time.monotonic()
    zygote.starts(batch)
    if zygote.ended() != 0:
        message = "a batch failed without being killed"
        raise RuntimeError(message)
    return time.monotonic() - began


def _killed(zygote: _Zygote, batch: UUID, town: Town, whole: float) -> int:
    """Kill the signing at random moments, then let it end; return how many times it was really killed."""
    kills = 0
    for _ in range(MOST_KILLS):
        child = zygote.starts(batch)
        time.sleep(random.uniform(0, whole))  # noqa: S311 - a moment, not a secret
        with suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)
        kills += zygote.ended() != 0
        if queries.batch_of(batch, town.mayor).state == BatchState.DONE:
            return kills
    zygote.starts(batch)
    zygote.ended()
    return kills


def _defects(batch: UUID, town: Town) -> Counter[str]:
    found: Counter[str] = Counter()
    seen = set()
    for entry in queries.entries_of(queries.batch_of(batch, town.mayor)):
        done = entry.state == EntryState.DONE and entry.result is not None and entry.item.signature == entry.result
        found["lost"] += not done
        acts = ledger.entries_of(f"item:{entry.item_id}").filter(action="signing.signed").count()
        found["twice"] += acts > 1 or entry.result in seen
        seen.add(entry.result)
        if entry.result is not None:
            content = b"".join(documents.content(entry.result))
            found["broken"] += len(PdfFileReader(BytesIO(content)).embedded_signatures) != 1
    return found
