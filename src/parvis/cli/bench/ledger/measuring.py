"""The measures: wall time of one process and its database, both durable; the baseline is `hashlib` alone."""

import hashlib
import random
import time
from collections.abc import Callable
from functools import partial
from uuid import UUID

from django.db import transaction

from parvis.cli.bench.figures import percentile
from parvis.cli.bench.ledger.filling import fill, settle
from parvis.cli.bench.report import Metric, Target, metric
from parvis.cli.bench.session import Session
from parvis.core.actor import SYSTEM
from parvis.core.tlog import merkle
from parvis.ledger import commands, keys, queries

APPENDED = 500
_FILLED_AT_ONCE = 100_000
_LEAF, _PAIR = b"\x00" + bytes(32), b"\x01" + bytes(64)


def measure(session: Session) -> list[Metric]:
    """Return every figure of a journal of a million entries (50,000 with ``--quick``)."""
    size = session.size(1_000_000, 50_000)
    keys.signer()  # its file is made on first use
    rates = _sequenced(session, size)
    settle()
    turns = session.in_turns(
        "Ajouts et preuves…",
        {
            "recorded": _recorded,
            "append": _appended,
            "hash": lambda: _timed(lambda: _hashed(APPENDED)) * 1000,
            "proof": lambda: _proof(size, queries.inclusion_proof),
            "standing": lambda: _proof(size, queries.tlog_proof),
            "path": _path,
        },
    )
    return [
        metric(
            "append",
            f"{APPENDED} entrées ajoutées à l’arbre de {size}, validées et signées (témoin : SHA-256 nu)",
            "ms",
            turns["append"],
            turns["hash"],
            target=Target("≤", 10.0),
        ),
        metric("record", f"{APPENDED} entrées écrites au journal, validées", "ms", turns["recorded"]),
        metric(
            "proof",
            f"une preuve d’inclusion parmi {size} (témoin : SHA-256 nu d’un chemin et de ses tuiles)",
            "ms",
            turns["proof"],
            turns["path"],
            target=Target("≤", 2.0),
        ),
        metric("standing", "une preuve .tlog-proof, cosignatures comprises", "ms", turns["standing"]),
        metric(
            "sequencer",
            f"entrées mises dans l’arbre par seconde, jusqu’à {size} (témoin : SHA-256 nu)",
            "1/s",
            [product for product, _ in rates],
            [baseline for _, baseline in rates],
            target=Target("≥", 2_000),
        ),
    ]


def _sequenced(session: Session, size: int) -> list[tuple[float, float]]:
    """Fill the journal, sequence it, and return the rate of each batch and that of hashing alone just after it."""
    rates = []
    for first in range(1, size + 1, _FILLED_AT_ONCE):
        session.tell(f"Remplissage : {first - 1} sur {size}…")
        fill(first, min(_FILLED_AT_ONCE, size - first + 1))
        while True:
            began = time.perf_counter()
            done = commands.sequence()
            spent = time.perf_counter() - began
            if not done:
                break
            rates.append((done / spent, done / _timed(partial(_hashed, done))))
    return rates


def _recorded() -> float:
    return _timed(_record) * 1000


def _record() -> None:
    with transaction.atomic():
        commands.record_many(
            commands.NewEntry(actor=SYSTEM, action="bench.done", subject=f"bench:{rank}") for rank in range(APPENDED)
        )


def _appended() -> float:
    while commands.sequence():
        continue
    _record()
    return _timed(commands.sequence) * 1000


def _proof(size: int, prove: Callable[[UUID], object]) -> float:
    """The median of twenty proofs of entries taken at random."""
    spent = []
    for _ in range(20):
        entry = UUID(int=random.randint(1, size))  # noqa: S311 - a place to measure at
        spent.append(_timed(partial(prove, entry)) * 1000)
    return percentile(spent, 50)


def _path() -> float:
    """What a proof hashes at least: a tile of 256 for each of three levels."""
    return _timed(lambda: [hashlib.sha256(_PAIR).digest() for _ in range(3 * merkle.TILE_WIDTH)]) * 1000


def _hashed(count: int) -> None:
    """A leaf and a node an entry: what a tree costs and nothing else."""
    for _ in range(count):
        hashlib.sha256(_LEAF).digest()
        hashlib.sha256(_PAIR).digest()


def _timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began
