"""`parvis worker`: the background jobs."""

import argparse
import asyncio
import os
from typing import TYPE_CHECKING, cast

from parvis.cli import children, database

if TYPE_CHECKING:
    from procrastinate.app import WorkerOptions
    from procrastinate.contrib.django.django_connector import DjangoConnector


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """How many jobs at once, and which."""
    parser.add_argument("--concurrency", type=int, default=4, help="tâches simultanées (4)")
    parser.add_argument("--queues", default="", metavar="FILE,FILE", help="files à traiter (toutes)")


def run(options: argparse.Namespace) -> None:
    """Work until told to stop; jobs under way are finished first."""
    children.follow_parent()
    database.ensure(watch=True)
    os.environ.setdefault("PARVIS_DB_POOL", str(options.concurrency))
    import django  # noqa: PLC0415 - after the database is there

    django.setup()
    asyncio.run(_work(options.concurrency, [name for name in options.queues.split(",") if name]))


async def _work(concurrency: int, queues: list[str]) -> None:
    from procrastinate.contrib.django import app  # noqa: PLC0415 - Django must be ready

    # A stopped worker may wait for its jobs, not for ever: the supervisor kills after 30 s.
    options: WorkerOptions = {"concurrency": concurrency, "shutdown_graceful_timeout": 20}
    if queues:
        options["queues"] = queues
    connector = cast("DjangoConnector", app.connector).get_worker_connector()
    with app.replace_connector(connector) as worker_app:
        async with worker_app.open_async():
            await worker_app.run_worker_async(**options)
