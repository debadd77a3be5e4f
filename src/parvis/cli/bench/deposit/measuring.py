"""Measure deposits: their cost in this process, then what two clients see of a real server."""

import itertools
import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from parvis.cli.bench import world
from parvis.cli.bench.deposit import bare, together
from parvis.cli.bench.drive import load, server, wsgi
from parvis.cli.bench.meters import sql
from parvis.cli.bench.report import Metric, Target, count, metric
from parvis.cli.bench.session import Session

CPU_TARGET_MS = 5.0
CLIENTS = 2
_URL = "/api/v1/folders"
_BATCH = 500
_numbers = itertools.count(1)


@dataclass(frozen=True, slots=True)
class Inside:
    """A round in this process, one deposit after the other: processor time of each (ms), deposits a second."""

    cpu_ms: float
    rate: float


@dataclass(frozen=True, slots=True)
class Outside:
    """A round with several clients: what they saw, and the processor time of the site for each deposit (ms)."""

    seen: load.Load
    cpu_ms: float


def measure(session: Session) -> list[Metric]:
    """Return the figures of the bench."""
    session.tell("Chargement des communes et des organisations…")
    world.load(session.data_dir)
    machine = world.depositing_machine()
    browser = wsgi.Browser(headers=machine.headers)

    def deposit(external_id: str) -> None:
        browser.send("POST", _URL, body(external_id), "application/json", expect=201)

    deposit(_external_id())  # what is kept in memory after the first is kept
    recording = bare.record(deposit, _external_id())
    return [
        *_scaling(session, deposit, recording),
        *_inside(session, deposit, recording),
        *together.measure(session, browser, recording, body, _external_id),
        *_outside(session, machine, recording),
    ]


def body(external_id: str) -> bytes:
    """Return a deposit as a town's software sends it: six fields, no document."""
    fields = {
        "nomFamille": "Martin",
        "prenoms": "Camille Jeanne",
        "dateNaissance": "2010-05-17",
        "communeNaissance": "06088",
        "adresse": "12 rue des Lilas",
        "codePostal": "35000",
    }
    deposit = {
        "process": world.PROCESS,
        "external_id": external_id,
        "depositor": world.DEPOSITOR,
        "applicant": {"first_name": "Camille", "last_name": "Martin", "email": "camille@exemple.example"},
        "recipients": [world.RECIPIENT],
        "fields": fields,
    }
    return json.dumps(deposit).encode()


def _external_id() -> str:
    return f"BENCH-{next(_numbers):012d}"


def _scaling(session: Session, deposit: Callable[[str], None], recording: bare.Recording) -> list[Metric]:
    """Count the statements of a deposit among N folders, then among ten times as many."""
    few = session.size(2_000, 300)
    counts = []
    for size in (few, 10 * few):
        _fill(session, recording, size)
        deposit(_external_id())  # the statistics that the first deposit after a fill reads are not a deposit's
        with sql.watched() as seen:
            deposit(_external_id())
        counts.append(seen.count)
    label = f"SQL par dépôt parmi {10 * few} dossiers (témoin : {few})"
    rows = len(recording.inserts)
    return [
        count("sql_growth", label, "requêtes", counts[1], counts[0], target=Target("=", 1, "ratio")),
        count("sql_per_deposit", "SQL par dépôt (témoin : lignes écrites)", "requêtes", counts[1], rows),
    ]


def _fill(session: Session, recording: bare.Recording, size: int) -> None:
    from django.db import connection  # noqa: PLC0415 - Django must be ready

    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM exchange_folder")
        missing = size - cursor.fetchone()[0]
    session.tell(f"Remplissage : {size} dossiers…")
    with bare.connect() as filler:
        for start in range(0, missing, _BATCH):
            recording.write_many(filler, [_external_id() for _ in range(min(_BATCH, missing - start))])
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _inside(session: Session, deposit: Callable[[str], None], recording: bare.Recording) -> list[Metric]:
    each = session.size(200, 60)
    with bare.connect() as alone:
        turns = session.in_turns(
            "Dépôts dans ce processus…",
            {
                "product": lambda: _round(deposit, each),
                "baseline": lambda: _round(lambda number: recording.write(alone, number), each),
            },
        )
    product, baseline = turns["product"], turns["baseline"]
    return [
        metric(
            "app_cpu",
            "CPU de l’application par dépôt",
            "ms",
            [one.cpu_ms for one in product],
            [one.cpu_ms for one in baseline],
            target=Target("≤", CPU_TARGET_MS),
        ),
        metric(
            "rate",
            "Débit, un client, sans serveur HTTP",
            "dépôts/s",
            [one.rate for one in product],
            [one.rate for one in baseline],
        ),
    ]


def _round(deposit: Callable[[str], None], each: int) -> Inside:
    cpu, start = time.process_time(), time.perf_counter()
    for _ in range(each):
        deposit(_external_id())
    spent, elapsed = time.process_time() - cpu, time.perf_counter() - start
    return Inside(spent * 1000 / each, each / elapsed)


def _outside(session: Session, machine: world.Machine, recording: bare.Recording) -> list[Metric]:
    each = session.size(150, 50)
    session.tell("Démarrage du serveur…")
    with server.served() as site, _posting(site, machine) as posting, _writing(recording) as writing:

        def product() -> Outside:
            before = site.cpu_seconds()
            seen = load.drive(posting, each)
            return Outside(seen, (site.cpu_seconds() - before) * 1000 / len(seen.latencies))

        sides = {"product": product, "baseline": lambda: Outside(load.drive(writing, each), 0.0)}
        turns = session.in_turns(f"Dépôts par HTTP, {CLIENTS} clients…", sides)
        peak = site.peak_mebibytes()
    return [
        *(_latency(rank, turns) for rank in (50, 95, 99)),
        metric(
            "http_rate",
            f"Débit par HTTP, {CLIENTS} clients",
            "dépôts/s",
            [one.seen.rate for one in turns["product"]],
            [one.seen.rate for one in turns["baseline"]],
        ),
        metric("http_cpu", "CPU du site par dépôt, HTTP compris", "ms", [t.cpu_ms for t in turns["product"]]),
        count("peak_memory", "Mémoire d’un processus du site", "Mio", peak),
    ]


def _latency(rank: int, turns: dict[str, list[Outside]]) -> Metric:
    label = f"Durée par HTTP, {CLIENTS} clients, p{rank}"
    product, baseline = ([one.seen.at(rank) for one in turns[side]] for side in ("product", "baseline"))
    return metric(f"http_p{rank}", label, "ms", product, baseline)


@contextmanager
def _posting(site: server.Served, machine: world.Machine) -> Iterator[list[Callable[[], None]]]:
    """Give clients that deposit over HTTP, each on a connection of its own."""
    headers = machine.headers | {
        "Host": wsgi.HOST,
        "X-Forwarded-Proto": "https",
        "Content-Type": "application/json",
    }
    connections = [site.connect() for _ in range(CLIENTS)]

    def client(through: Any) -> Callable[[], None]:
        def post() -> None:
            through.request("POST", _URL, body(_external_id()), headers)
            answer = through.getresponse()
            said = answer.read()
            if answer.status != 201:  # noqa: PLR2004 - created
                message = f"{answer.status} instead of 201: {said[:500]!r}"
                raise wsgi.UnexpectedAnswerError(message)

        return post

    try:
        yield [client(one) for one in connections]
    finally:
        for one in connections:
            one.close()


@contextmanager
def _writing(recording: bare.Recording) -> Iterator[list[Callable[[], None]]]:
    """Give as many clients that write the same rows by psycopg."""
    connections = [bare.connect() for _ in range(CLIENTS)]

    def client(to: Any) -> Callable[[], None]:
        return lambda: recording.write(to, _external_id())

    try:
        yield [client(one) for one in connections]
    finally:
        for one in connections:
            one.close()
