"""Measure the hub at work: rate, cost, delays, memory."""

import itertools
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import partial
from typing import Any

from parvis.cli import children
from parvis.cli.bench import world
from parvis.cli.bench.crash.witnesses import Called
from parvis.cli.bench.deposit import bare
from parvis.cli.bench.drive import hub, load, server
from parvis.cli.bench.figures import percentile
from parvis.cli.bench.hub import large
from parvis.cli.bench.hub.folders import Sender, Watcher
from parvis.cli.bench.report import Metric, Target, count, metric
from parvis.cli.bench.session import Session

CLIENTS = 2
# Ten times the State's busiest hour (18,000 folders, 2016).
RATE_TARGET = Target("≥", 50)
DELAY_TARGET = Target("≤", 2)
GROWTH_TARGET = Target("≤", 100)
BARE_TARGET = Target("≥", 0.40, "ratio")
GIBIBYTE = 1024**3
_numbers = itertools.count(1)


def measure(session: Session) -> list[Metric]:
    """Return the figures of the bench."""
    session.tell("Chargement des communes et des organisations…")
    os.environ["PARVIS_WEBHOOKS_ALLOW_PRIVATE"] = "1"
    world.load(session.data_dir)
    _allow_large_documents()
    depositing, receiving = world.depositing_machine().headers, world.receiving_machine().headers
    session.tell("Démarrage du serveur…")
    with server.served() as site:
        rate = _rate(session, site, depositing)
        delays = _delays(session, site, depositing, receiving)
        session.tell("Un document de très grande taille…")
        size = session.size(GIBIBYTE, GIBIBYTE // 8)
        growth = large.growth_mebibytes(site, depositing, receiving, size)
    label = f"Mémoire en plus pour un document de {size // large.MEBIBYTE} Mio, aller et retour"
    return [*rate, *delays, count("growth", label, "Mio", growth, target=GROWTH_TARGET)]


def _allow_large_documents() -> None:
    from parvis.catalogue import commands as catalogue  # noqa: PLC0415 - Django must be ready
    from parvis.core.actor import SYSTEM  # noqa: PLC0415 - same

    catalogue.save_process(
        code=world.PROCESS, values={"max_attachment_bytes": 2 * GIBIBYTE}, actor=SYSTEM, create=False
    )


def _rate(session: Session, site: server.Served, depositing: dict[str, str]) -> list[Metric]:
    """Whole folders by HTTP, in turns with the same rows written by psycopg in as many transactions."""
    each = session.size(90, 30)
    senders = [Sender(hub.HubClient(site.port, depositing)) for _ in range(CLIENTS)]
    senders[0].deposit("HUB-WARM")
    recordings = [bare.record(partial(senders[0].deposit, documents_count=many), f"HUB-REC-{many}") for many in (2, 3)]
    links = [bare.connect() for _ in range(CLIENTS)]
    costs: list[float] = []

    def product() -> load.Load:
        before = site.cpu_seconds()
        seen = load.drive(senders, each)
        costs.append((site.cpu_seconds() - before) * 1000 / len(seen.latencies))
        return seen

    writers = [_writer(link, *recordings) for link in links]
    turns = session.in_turns(
        f"Dossiers complets par HTTP, {CLIENTS} clients…",
        {"product": product, "baseline": lambda: load.drive(writers, each)},
    )
    for sender in senders:
        sender.client.close()
    for link in links:
        link.close()
    product_rates, bare_rates = ([one.rate for one in turns[side]] for side in ("product", "baseline"))
    return [
        metric("rate", "Dossiers à 2,3 pièces, 2 clients", "dossiers/s", product_rates, target=RATE_TARGET),
        metric("rate_hour", "… soit par heure", "dossiers/h", [one * 3600 for one in product_rates]),
        metric(
            "rate_bare",
            "… contre les mêmes lignes par psycopg",
            "dossiers/s",
            product_rates,
            bare_rates,
            target=BARE_TARGET,
        ),
        metric("cpu", "CPU du site par dossier, HTTP et pièces compris", "ms", costs[1:]),
    ]


def _writer(link: Any, two: bare.Recording, three: bare.Recording) -> Callable[[], None]:
    """Write what a sender's folders write, in the same proportion of two and three documents."""
    turns = itertools.cycle((two, three, two))

    def write() -> None:
        next(turns).write(link, f"BARE-{next(_numbers):012d}")

    return write


def _delays(
    session: Session, site: server.Served, depositing: dict[str, str], receiving: dict[str, str]
) -> list[Metric]:
    """How long after the depositor was answered does a recipient know: one that asks, then one that is called."""
    folders = session.size(300, 100)
    watcher = Watcher(hub.HubClient(site.port, receiving))
    thread = threading.Thread(target=watcher.run)
    thread.start()
    asked = _paced(session, "Délais, en demandant…", site, depositing, folders)
    _wait_for(asked, watcher.seen)
    watcher.stopped = True
    thread.join()
    called = Called()
    # Not asking any more: a notification acknowledged before its call is made needs no call.
    with _worker(), closing(hub.HubClient(site.port, receiving)) as owner:
        session.tell("Le travailleur rattrape ce qui a précédé…")
        _caught_up()
        owner.call("POST", "/api/v1/webhooks", {"organisation": world.RECIPIENT, "url": called.url})
        told = _paced(session, "Délais, en étant appelé…", site, depositing, folders)
        _wait_for(told, called.told)
    called.shutdown()
    return [
        _delay("notified", "Du dépôt à la notification lue, p95", asked, watcher.seen),
        _delay("called", "Du dépôt à l’appel sortant reçu, p95", told, called.told),
    ]


def _paced(
    session: Session, words: str, site: server.Served, depositing: dict[str, str], folders: int
) -> dict[str, float]:
    """Deposit ten folders a second, twice the busiest hour, and return when each was promised."""
    session.progress.update(session.task, description=words, completed=0, total=folders)
    sender = Sender(hub.HubClient(site.port, depositing))
    start = time.monotonic()
    for place in range(folders):
        sender()
        session.progress.advance(session.task)
        time.sleep(max(0.0, start + place * 0.1 - time.monotonic()))
    sender.client.close()
    return sender.told


def _delay(name: str, label: str, promised: dict[str, float], arrived: dict[str, float]) -> Metric:
    late = percentile([arrived[case] - moment for case, moment in promised.items()], 95)
    # A recipient may know before the depositor reads its answer.
    return count(name, label, "s", max(0.0, late), target=DELAY_TARGET)


def _caught_up() -> None:
    """Wait until the worker has told what the former measures deposited without it: their wait is not a delay."""
    with bare.connect() as reader:
        while True:
            waiting = reader.execute(
                "SELECT count(*) FROM procrastinate_jobs WHERE starts_with(task_name, 'exchange.') "
                "AND status IN ('todo', 'doing')"
            ).fetchone()
            reader.rollback()
            if not waiting or not waiting[0]:
                return
            time.sleep(0.2)


def _wait_for(promised: dict[str, float], arrived: dict[str, float]) -> None:
    deadline = time.monotonic() + 60
    while missing := promised.keys() - arrived.keys():
        if time.monotonic() > deadline:
            message = f"{len(missing)} cases were never told"
            raise TimeoutError(message)
        time.sleep(0.05)


@contextmanager
def _worker() -> Iterator[None]:
    """Run the worker, as an operator would, until the end of the block."""
    command = [sys.executable, "-m", "parvis", "worker"]
    process = subprocess.Popen(command, env=children.environment(), stdout=subprocess.DEVNULL)  # noqa: S603 - ourselves
    try:
        yield
    finally:
        process.terminate()
        process.wait(60)
