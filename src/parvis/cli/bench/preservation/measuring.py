"""The measures: a restore on an empty base, a reading of every object beside raw SHA-256, a deposit."""

import hashlib
import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection

from parvis.cli.bench import world
from parvis.cli.bench.preservation.filling import fill
from parvis.cli.bench.report import Metric, Target, count, metric
from parvis.cli.bench.session import Session
from parvis.core.clock import now, today
from parvis.preservation import commands, queries, statement
from parvis.preservation.enums import SedaVersion, SiteName
from parvis.preservation.package.checking import check_package
from parvis.preservation.package.making import Parcel, make
from parvis.preservation.queries import trees
from parvis.preservation.statement import Statement
from parvis.preservation.store import sites
from parvis.preservation.store.folder import FolderSite

_TABLES = ["depositmove", "deposit", "link", "entry", "intake", "storedobject", "fixityrun", "damage", "register"]
_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")
_MEGABYTE = 1024 * 1024
_SCAN_BYTES = 1_000_000


def measure(session: Session) -> list[Metric]:
    """Return every figure."""
    world.load(session.data_dir)
    settings.PRESERVATION_REPLICA = str(session.data_dir / "replica")
    acts = session.size(1_000_000, 20_000)
    session.tell(f"Remplissage : {acts} actes…")
    started = time.perf_counter()
    registers = fill(acts, lambda done: session.tell(f"Remplissage : {done} / {acts} actes…"))
    filled = time.perf_counter() - started
    session.tell("Réplique…")
    started = time.perf_counter()
    commands.replicate()
    replicated = time.perf_counter() - started
    return [
        count("fill", "actes écrits par seconde (COPY, pages scellées)", "/s", acts / filled),
        count("replicate", "entrées répliquées par seconde, avec leurs pages", "/s", acts / replicated),
        *_deposit(session, registers[0]),
        *_scrub(session),
        *_restore(session, acts),
    ]


def _deposit(session: Session, register: UUID) -> list[Metric]:
    """A deposit of a whole register: numbers, root and package; then its verification, act by act."""
    row = queries.register(register)
    rounds: dict[str, list[float]] = {"made": [], "checked": []}
    session.tell(f"Versement d’un registre de {row.size} actes…")
    for turn in range(min(session.rounds, 5)):
        path = session.data_dir / f"versement-{turn}.zip"
        started = time.perf_counter()
        said = _package(row, path)
        rounds["made"].append(time.perf_counter() - started)
        started = time.perf_counter()
        result = check_package(path, expected=said, judge=lambda _signature, _content: "")
        rounds["checked"].append(time.perf_counter() - started)
        path.unlink()
        if result.wrong:
            message = f"the package of the bench is wrong: {result.anomalies[:3]}"
            raise RuntimeError(message)
    return [
        metric("deposit", f"versement de {row.size} actes : numéros, racine, BagIt et SEDA", "s", rounds["made"]),
        metric("verify", f"vérification de ces {row.size} actes, un par un", "s", rounds["checked"]),
    ]


def _package(row: Any, path: Path) -> str:
    said = statement.write(
        Statement(
            register=row.label,
            keeper="Mairie",
            registry="Greffe",
            number=1,
            size=row.size,
            acts=len(trees.numbers(row.id, row.size)),
            root=trees.root(row.id, row.size),
            on=today(),
        )
    )
    names = ("21350238800019", "Mairie"), ("17350005900014", "Greffe")
    parcel = Parcel("bench", 0, row.size, said.encode(), b"-", b"-", *names, SedaVersion.V23, now())
    make(row, parcel, path)
    return said


def _scrub(session: Session) -> list[Metric]:
    """Objects of one megabyte, as scans are, beside the raw digest of as many bytes in memory."""
    before = settings.PRESERVATION_ROOT
    settings.PRESERVATION_ROOT = session.data_dir / "scans"
    objects = session.size(1_000, 150)
    with _alone():
        for _ in range(objects):
            commands.keep_content(data=os.urandom(_SCAN_BYTES), mime="image/png")
        sides: dict[str, Callable[[], float]] = {"product": _reading, "baseline": partial(_raw, objects)}
        rounds = session.in_turns("Relecture…", sides)
    settings.PRESERVATION_ROOT = before
    label = "relecture des objets (témoin : SHA-256 nu, en mémoire)"
    target = Target("≥", 0.8, of="ratio")
    return [metric("scrub", label, "Mo/s", rounds["product"], rounds["baseline"], target=target)]


@contextmanager
def _alone() -> Iterator[None]:
    """Only the objects made meanwhile are known: those of before are put aside, then back."""
    _execute("CREATE TABLE bench_aside AS SELECT * FROM preservation_storedobject")
    _execute("TRUNCATE preservation_storedobject")
    yield
    _execute("TRUNCATE preservation_storedobject, preservation_fixityrun")
    _execute("INSERT INTO preservation_storedobject SELECT * FROM bench_aside")


def _reading() -> float:
    started = time.process_time()
    done = commands.scrub(site=SiteName.PRIMARY)
    if done.damaged or not done.whole:
        raise RuntimeError("the bench's objects are bad")
    return done.octets / _MEGABYTE / (time.process_time() - started)


def _raw(objects: int) -> float:
    data = os.urandom(_SCAN_BYTES)
    started = time.process_time()
    for _ in range(objects):
        hashlib.sha256(data).digest()
    return objects * len(data) / _MEGABYTE / (time.process_time() - started)


def _restore(session: Session, acts: int) -> list[Metric]:
    """Everything is lost but the replica: rebuild, check every hash, compare every root with the one before."""
    roots = queries.live_roots({})
    _execute("TRUNCATE " + ", ".join(f"preservation_{table}" for table in _TABLES))
    settings.PRESERVATION_ROOT = session.data_dir / "again"
    source = FolderSite(Path(settings.PRESERVATION_REPLICA), "replica")
    seen: list[tuple[int, int]] = []
    started = time.perf_counter()
    report = commands.restore(source=source, keys=("-",), tell=lambda done: seen.append((done, _resident())))
    spent = time.perf_counter() - started
    restored = {one.register: one.root for one in report.registers}
    if report.wrong or restored != {label: root for label, (_, _, root) in roots.items()}:
        raise RuntimeError("what came back is not what was there")
    minutes = spent / 60 * 1_000_000 / acts
    more = (max(size for _, size in seen) - _early(seen, acts)) / _MEGABYTE
    return [
        count("restore", "restaurer un million d’actes, chaque empreinte vérifiée", "min", minutes, target=_TEN),
        count("restore_memory", "mémoire ajoutée après le premier dixième", "Mo", more, target=_FLAT),
        count("restored_objects", "objets relus, copiés et vérifiés", "", float(len(list(sites.primary().names())))),
    ]


_TEN, _FLAT = Target("≤", 10.0), Target("≤", 64.0)


def _early(seen: Sequence[tuple[int, int]], acts: int) -> int:
    """The memory in use when a tenth of the acts was back."""
    return max(size for done, size in seen if done <= max(acts // 10, seen[0][0]))


def _resident() -> int:
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * _PAGE_BYTES


def _execute(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)
