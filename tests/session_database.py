"""Pytest plugin, loaded with ``-p`` before pytest-django reads the settings: one PostgreSQL for the whole session.

When DATABASE_URL is unset, the process that starts the session starts an embedded server in a temporary directory
and says where in DATABASE_URL; pytest-xdist's workers inherit it. The server goes when the session ends, and also
when the session is killed: its keeper leaves after the last client.
"""

import os
import shutil
import tempfile
import time
from collections.abc import Generator
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote

import pytest

from parvis.core import embedded

_PREFIX = "parvis-tests-"
_HOURS_KEPT = 6
_ours: list[Path] = []


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests() -> Generator[None, None, None]:
    """Before anything of Django: a wrapper runs ahead of pytest-django's own hook."""
    if "PARVIS_DATA" not in os.environ:
        _throw_away_old_ones()
        data_dir = Path(tempfile.mkdtemp(prefix=_PREFIX))
        os.environ["PARVIS_DATA"] = str(data_dir)
        _ours.append(data_dir)
    if not os.environ.get("DATABASE_URL"):
        _start(Path(os.environ["PARVIS_DATA"]))
    return (yield)


@pytest.hookimpl(trylast=True)
def pytest_unconfigure() -> None:
    """Stop what this process started; a worker started nothing."""
    for data_dir in _ours:
        embedded.release(data_dir)
        with suppress(embedded.EmbeddedError):
            embedded.stop(data_dir)
        shutil.rmtree(data_dir, ignore_errors=True)
    _ours.clear()


def _start(data_dir: Path) -> None:
    cluster = embedded.ensure_running(data_dir, durability="volatile")
    os.environ["DATABASE_URL"] = f"postgresql://{cluster.user}@/{cluster.name}?host={quote(cluster.host)}"


def _throw_away_old_ones() -> None:
    """Remove the directories of sessions that were killed: nobody else will."""
    for old in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        with suppress(OSError):
            aged = time.time() - old.stat().st_mtime > _HOURS_KEPT * 3600
            if aged and old.stat().st_uid == os.getuid() and embedded.status(old).phase in ("stopped", "absent"):
                shutil.rmtree(old, ignore_errors=True)
