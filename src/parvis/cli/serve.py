"""`parvis serve`: the web site under granian.

Measured (docs/adr/0002): as many workers as cores with 2 to 4 threads each is the fastest; WSGI, since synchronous
views cost twice as much under ASGI.
"""

import argparse
import multiprocessing
import os
import signal
from typing import Any

from parvis.cli import children, database
from parvis.core import env

DEFAULT_BIND = "127.0.0.1:8600"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Where to listen and with how many processes."""
    parser.add_argument("--bind", default=DEFAULT_BIND, metavar="HÔTE:PORT", help=f"adresse d’écoute ({DEFAULT_BIND})")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1, help="processus (un par cœur)")
    parser.add_argument("--threads", type=int, default=4, help="fils d’exécution par processus (4)")


def run(options: argparse.Namespace) -> None:
    """Serve until told to stop."""
    children.follow_parent()
    database.ensure(watch=True)
    host, port = address(options.bind)
    # One connection per thread: fewer would make threads wait for each other, more would never be used.
    os.environ.setdefault("PARVIS_DB_POOL", str(options.threads))
    from granian.constants import Interfaces  # noqa: PLC0415 - only for this command
    from granian.log import LogLevels  # noqa: PLC0415 - same
    from granian.server import Server  # noqa: PLC0415 - same

    server = Server(
        "parvis.cli.serve:application",
        factory=True,
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=options.workers,
        blocking_threads=options.threads,
        respawn_failed_workers=True,
        workers_kill_timeout=30,
        log_level=LogLevels(env.text("PARVIS_LOG_LEVEL", "INFO").lower()),
    )
    server.serve()


def address(bind: str) -> tuple[str, int]:
    """Split ``host:port``; the host may be an IPv6 address in brackets, or missing."""
    host, colon, port = bind.rpartition(":")
    if not colon or not port.isdigit():
        message = f"--bind {bind} : écrivez une adresse et un port, par exemple {DEFAULT_BIND}."
        raise SystemExit(message)
    return host.strip("[]") or "127.0.0.1", int(port)


def application() -> Any:
    """Make the WSGI application inside a granian process, which ends with its parent even if that one is killed."""
    # A forked process has granian's own handlers until Django is loaded, and they would swallow a stop: Ctrl+C just
    # after the start would wait for `workers_kill_timeout`. Granian sets the worker's handlers after this function.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_DFL)
    parent = multiprocessing.parent_process()
    if parent and parent.pid:
        # SIGKILL: without its parent nobody would count a worker's patience.
        children.end_with(parent.pid, signal.SIGKILL)
    from parvis.core import tenancy  # noqa: PLC0415 - Django loads in the child
    from parvis.web.wsgi import application as wsgi  # noqa: PLC0415 - same

    tenancy.work_as(tenancy.NOBODY)
    return wsgi
