"""An installation of its own for a bench: temporary, durable as a real one, gone at the end."""

import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from parvis.core import embedded

SITE = "https://localhost"
_SETTINGS = "parvis.cli.bench.settings"
_OURS = ("PARVIS_", "DATABASE_URL", "DJANGO_SETTINGS_MODULE")


@contextmanager
def installation() -> Iterator[Path]:
    """Make an empty installation with the settings of production, and remove it whatever happens.

    What the user set in the environment is left out: neither their data nor their choices play a part.
    """
    data_dir = Path(tempfile.mkdtemp(prefix="parvis-bench-"))
    stopped = signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # a stop must clean up too
    for name in [name for name in os.environ if name.startswith(_OURS)]:
        del os.environ[name]
    os.environ |= {
        "PARVIS_DATA": str(data_dir),
        "DJANGO_SETTINGS_MODULE": _SETTINGS,
        "PARVIS_URL": SITE,
        "PARVIS_LOG_LEVEL": "ERROR",
    }
    try:
        # Durable is the default and is said here all the same: with fsync off every figure would be a lie.
        embedded.ensure_running(data_dir, watch=True, durability="durable", tell=lambda _: None)
        yield data_dir
    finally:
        _remove(data_dir)
        signal.signal(signal.SIGTERM, stopped)


def prepare() -> None:
    """Create the tables and collect the static files, as a real installation does before it serves."""
    from parvis.cli import migrate  # noqa: PLC0415 - the environment is set by now

    migrate.apply(["--verbosity", "0"])
    from django.core.management import call_command  # noqa: PLC0415 - Django is ready by now

    call_command("collectstatic", interactive=False, verbosity=0)


def _remove(data_dir: Path) -> None:
    if "django.db" in sys.modules:
        from django.db import connection  # noqa: PLC0415 - loaded already

        connection.close()
        if hasattr(connection, "close_pool"):  # PostgreSQL only
            connection.close_pool()
    embedded.release(data_dir)
    with suppress(embedded.EmbeddedError):
        embedded.stop(data_dir)
    shutil.rmtree(data_dir, ignore_errors=True)
