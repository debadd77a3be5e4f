"""Rounds of kill -9, then the count: what was promised and is not there, what was said twice."""

import http.client
import os
import random
import subprocess
import sys
import threading
import time
from contextlib import closing, suppress
from typing import Any

from parvis.cli.bench import world
from parvis.cli.bench.crash.programs import Installation, free_port
from parvis.cli.bench.crash.witnesses import Called, Depositor, Town
from parvis.cli.bench.drive import hub
from parvis.cli.bench.figures import percentile
from parvis.cli.bench.report import Metric, Target, count
from parvis.cli.bench.session import Session

ROUNDS, QUICK_ROUNDS = 1_000, 200
RECOVERY_SECONDS = 60.0
DRAIN_SECONDS = 120.0
NONE = Target("=", 0)
BASE = {
    "process": world.PROCESS,
    "depositor": world.DEPOSITOR,
    "applicant": {"first_name": "Camille", "last_name": "Martin"},
}


def measure(session: Session) -> list[Metric]:
    """Return the figures of the bench."""
    session.tell("Chargement des communes et des organisations…")
    os.environ["PARVIS_WEBHOOKS_ALLOW_PRIVATE"] = "1"
    world.load(session.data_dir)
    depositing, receiving = world.depositing_machine(), world.receiving_machine()
    site = Installation(session.data_dir, free_port(), random.Random())  # noqa: S311 - chance, not secrecy
    called = Called()
    depositor = Depositor(hub.HubClient(site.port, depositing.headers), world.RECIPIENT, BASE, "CRASH")
    town = Town(hub.HubClient(site.port, receiving.headers))
    with closing(hub.HubClient(site.port, receiving.headers)) as watcher:
        try:
            site.keep_up()
            _wait(site, watcher)
            endpoint = {"organisation": world.DEPOSITOR, "url": called.url}
            hub.HubClient(site.port, depositing.headers).call("POST", "/api/v1/webhooks", endpoint)
            threads = [threading.Thread(target=one.run) for one in (depositor, town)]
            for thread in threads:
                thread.start()
            recoveries = _storm(session, site, watcher, depositor, town)
            session.tell("Attente des derniers dossiers…")
            depositor.stop.set()
            threads[0].join(RECOVERY_SECONDS)
            _drain(site, depositor, town, called)
            town.stop.set()
            threads[1].join(RECOVERY_SECONDS)
            _forget_connections()
        finally:
            depositor.stop.set()
            town.stop.set()
            site.stop()
            called.shutdown()
    return _figures(depositor, town, called, recoveries)


def _storm(
    session: Session, site: Installation, watcher: hub.HubClient, depositor: Depositor, town: Town
) -> list[float]:
    """Kill, wait until the site answers, start again. Return how long each recovery took, in seconds."""
    rounds = session.size(ROUNDS, QUICK_ROUNDS)
    session.progress.update(session.task, description="kill -9…", completed=0, total=rounds)
    recoveries = []
    for _ in range(rounds):
        time.sleep(site.chance.uniform(0.02, 0.3))
        start = time.monotonic()
        with suppress(OSError, ValueError):  # nothing to kill: it is dying already
            site.kill_one()
        _wait(site, watcher)
        recoveries.append(time.monotonic() - start)
        for witness in (depositor, town):
            if witness.failure:
                raise witness.failure
        session.progress.advance(session.task)
    return recoveries


def _wait(site: Installation, watcher: hub.HubClient) -> None:
    """Wait until both programs run and the site answers from the database."""
    deadline = time.monotonic() + RECOVERY_SECONDS
    while time.monotonic() < deadline:
        site.keep_up()
        try:
            watcher.call("GET", "/api/v1/notifications?limit=1")
        except (OSError, http.client.HTTPException):
            time.sleep(0.05)
        else:
            return
    message = f"the site did not answer within {RECOVERY_SECONDS:.0f} s"
    raise TimeoutError(message)


def _drain(site: Installation, depositor: Depositor, town: Town, called: Called) -> None:
    """Let everything that was promised arrive."""
    promised = set(depositor.acknowledged)
    deadline = time.monotonic() + DRAIN_SECONDS
    while not (promised <= set(town.seen) and promised <= set(called.told)) and time.monotonic() < deadline:
        site.keep_up()
        time.sleep(0.2)


def _figures(depositor: Depositor, town: Town, called: Called, recoveries: list[float]) -> list[Metric]:
    promised: dict[str, Any] = depositor.acknowledged
    altered = [case for case, digest in promised.items() if town.seen.get(case, digest) != digest]
    twice = [case for case, times in town.announcements.items() if times > 1]
    events = _received_events()
    return [
        count("rounds", "Arrêts brutaux (kill -9)", "tours", len(recoveries)),
        count("acknowledged", "Dossiers acquittés au déposant", "dossiers", len(promised)),
        count("lost", "… dont perdus", "dossiers", len(set(promised) - set(town.seen)), target=NONE),
        count("altered", "… dont la pièce a changé", "dossiers", len(altered), target=NONE),
        count("twice", "Dossiers annoncés deux fois", "dossiers", len(twice) + len(town.again), target=NONE),
        count("acted", "Réceptions inscrites deux fois", "dossiers", events - len(town.seen), target=NONE),
        count(
            "untold",
            "Réponses sans appel sortant au déposant",
            "dossiers",
            len(set(promised) - set(called.told)),
            target=NONE,
        ),
        count("journal", "Défauts du journal", "défauts", _journal_defects(), target=NONE),
        count("recovery", "Reprise, p95", "s", percentile(recoveries, 95)),
    ]


def _received_events() -> int:
    """Return how many receptions the hub wrote: one a case, however often the town said it."""
    from parvis.cli.bench.deposit import bare  # noqa: PLC0415 - Django must be ready

    with bare.connect() as reader:
        found = reader.execute("SELECT count(*) FROM exchange_event WHERE new_status = 'SI_RECEIVED'").fetchone()
    return int(found[0]) if found else 0


def _forget_connections() -> None:
    """The database that this process knew has died many times."""
    from django.db import connection  # noqa: PLC0415 - Django must be ready

    connection.close()
    connection.close_pool()  # type: ignore[attr-defined] # PostgreSQL only


def _journal_defects() -> int:
    """Verify the whole journal in a process of its own: this one's connections died with the database."""
    command = [sys.executable, "-m", "parvis", "verify"]
    return int(bool(subprocess.run(command, stdout=subprocess.DEVNULL, check=False).returncode))  # noqa: S603 - ourselves
