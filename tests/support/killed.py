"""Run a piece of our code in a process of its own, on the test's database and sites, and kill it."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.db import connection

_HEAD = "import django; django.setup()\n"


def environment(settings: Any) -> dict[str, str]:
    """What a process needs to work on the test's own installation."""
    here = connection.settings_dict
    return os.environ | {
        "DATABASE_URL": f"postgresql://{here['USER']}@/{here['NAME']}?host={here['HOST']}&port={here['PORT']}",
        "PARVIS_PRESERVATION": str(settings.PRESERVATION_ROOT),
        "PARVIS_PRESERVATION_REPLICA": str(settings.PRESERVATION_REPLICA),
        "PARVIS_DOCUMENTS_KEY": settings.DOCUMENTS_KEY,
        "DJANGO_SETTINGS_MODULE": "parvis.web.settings.test",
        "PYTHONPATH": str(Path(__file__).parents[2] / "src"),
    }


def run_and_kill(program: str, settings: Any, *, when: Callable[[], bool]) -> None:
    """Start a program and kill it as soon as something is seen, or let it end."""
    command = [sys.executable, "-c", _HEAD + program]
    with subprocess.Popen(command, env=environment(settings)) as process:
        while process.poll() is None and not when():
            time.sleep(0.002)
        process.send_signal(signal.SIGKILL)
