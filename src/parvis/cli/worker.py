"""`parvis worker`: the background jobs."""

import argparse
import asyncio
import logging
import os
import signal
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, cast

from procrastinate.exceptions import ConnectorException
from psycopg import DatabaseError

from parvis.cli import children, database

if TYPE_CHECKING:
    from procrastinate.app import WorkerOptions
    from procrastinate.contrib.django.django_connector import DjangoConnector

logger = logging.getLogger(__name__)
PAUSE_SECONDS = 1.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """How many jobs at once, and which."""
    parser.add_argument("--concurrency", type=int, default=4, help="tâches simultanées (4)")
    parser.add_argument("--queues", default="", metavar="FILE,FILE", help="files à traiter (toutes)")


def run(options: argparse.Namespace) -> None:
    """Work until told to stop; jobs under way are finished first."""
    children.follow_parent()
    database.ensure(watch=True)
    # One connection per job under way, one for the sequencer of the journal.
    os.environ.setdefault("PARVIS_DB_POOL", str(options.concurrency + 1))
    import django  # noqa: PLC0415 - after the database is there

    django.setup()
    from parvis.core import tenancy  # noqa: PLC0415 - Django must be ready

    tenancy.work_as(tenancy.PLATFORM)
    stop = threading.Event()
    sequencer = threading.Thread(target=_sequence, args=(stop,), name="ledger-sequencer", daemon=True)
    sequencer.start()
    try:
        asyncio.run(_work(options.concurrency, [name for name in options.queues.split(",") if name]))
    finally:
        stop.set()
        sequencer.join(timeout=10)


def _sequence(stop: threading.Event) -> None:
    """Seal the journal while the worker runs. Several workers may: only one seals at a time."""
    from parvis.ledger.tasks import run_sequencer  # noqa: PLC0415 - Django must be ready

    run_sequencer(stop)


async def _work(concurrency: int, queues: list[str]) -> None:
    """Work until SIGTERM or SIGINT. The engine ends when the database goes: it is started again until it comes back."""
    asked_to_stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, asked_to_stop.set)
    stopping = asyncio.create_task(asked_to_stop.wait())
    while not asked_to_stop.is_set():
        working = asyncio.create_task(_run_engine(concurrency, queues))
        await asyncio.wait((working, stopping), return_when=asyncio.FIRST_COMPLETED)
        if asked_to_stop.is_set():
            working.cancel()  # jobs under way are finished first
        with suppress(asyncio.CancelledError):
            try:
                await working
            except (DatabaseError, ConnectorException, OSError):
                logger.exception("worker_lost_its_database")
        with suppress(TimeoutError):
            await asyncio.wait_for(asyncio.shield(stopping), PAUSE_SECONDS)


async def _run_engine(concurrency: int, queues: list[str]) -> None:
    from procrastinate.contrib.django import app  # noqa: PLC0415 - Django must be ready

    # A stopped worker may wait for its jobs, not for ever: the supervisor kills after 30 s.
    options: WorkerOptions = {
        "concurrency": concurrency,
        "shutdown_graceful_timeout": 20,
        "fetch_job_polling_interval": 1.0,  # LISTEN does not survive a restart of the database (ADR 8)
        "update_heartbeat_interval": 2.0,
        "stalled_worker_timeout": 10.0,
        "delete_jobs": "successful",
        "install_signal_handlers": False,  # `_work` must know a stop from a failure
    }
    if queues:
        options["queues"] = queues
    connector = cast("DjangoConnector", app.connector).get_worker_connector()
    with app.replace_connector(connector) as worker_app:
        async with worker_app.open_async():
            await worker_app.run_worker_async(**options)
