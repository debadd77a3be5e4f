"""`parvis bench signin`: the processor time of our side of one sign-in by FranceConnect, there and back.

The provider is the simulator, in a process of its own: its time is not counted, nor the time spent waiting for it.
"""

import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

import requests
from django.conf import settings
from django.test import Client, override_settings
from django.test.client import ClientHandler

from parvis.cli.bench.report import Metric, Target, metric
from parvis.cli.bench.session import Session

TARGET_MS = 15.0
_SLUG = "franceconnect"
_START_SECONDS = 15.0


def measure(session: Session) -> list[Metric]:
    """Return the one figure: a first visit, the departure, the return with every check, the session opened."""
    session.tell("Démarrage du simulateur de FranceConnect…")
    with _provider(session.data_dir):
        times = session.size(200, 20)
        server = ClientHandler(enforce_csrf_checks=False)
        rounds = session.in_turns("Connexions…", {"product": partial(_round, server, times)})["product"]
    return [
        metric(
            "signin_cpu",
            "connexion par FranceConnect, aller et retour : temps processeur de Parvis",
            "ms",
            rounds,
            target=Target("≤", TARGET_MS),
        )
    ]


def _round(server: ClientHandler, times: int) -> float:
    """Sign in many times, each in a browser of its own; return milliseconds of processor time for one.

    The ``server`` is one for all: each would load the middleware and list the static files at its first request.
    """
    spent = 0.0
    for _ in range(times):
        browser = Client(SERVER_NAME="localhost")
        browser.handler = server
        began = time.process_time()
        away = browser.get(f"/connexion/{_SLUG}/", secure=True)["Location"]
        spent += time.process_time() - began
        parts = urlsplit(away)
        choose = f"{parts.scheme}://{parts.netloc}/{_SLUG}/choose?{parts.query}&person=karim"
        answer = requests.get(choose, allow_redirects=False, timeout=5)
        back = answer.headers["Location"].removeprefix(settings.SITE_URL)
        began = time.process_time()
        browser.get(back, secure=True)
        spent += time.process_time() - began
        if "_auth_user_id" not in browser.session:
            message = "a sign-in was refused: the figure would mean nothing"
            raise RuntimeError(message)
    return spent / times * 1000


@contextmanager
def _provider(data_dir: Path) -> Iterator[None]:
    """Play FranceConnect on a free port, for us alone."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    known = {"slug": _SLUG, "kind": _SLUG, "name": "FranceConnect", "issuer": f"http://127.0.0.1:{port}/{_SLUG}"}
    known |= {"client_id": "parvis-bench", "client_secret": "only-for-the-bench"}
    file = data_dir / "bench-providers.json"
    file.write_text(json.dumps([known]), encoding="utf-8")
    options = ["--http", str(port), "--providers", str(file), "--site", settings.SITE_URL]
    with (
        subprocess.Popen([sys.executable, "-m", "parvis_simulators", "signin", *options]) as process,  # noqa: S603 - ours
        override_settings(FEDERATION=[known]),
    ):
        try:
            _wait(port)
            yield
        finally:
            process.terminate()


def _wait(port: int) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
        else:
            return
