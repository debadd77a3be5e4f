"""What every test gets. The database comes from `tests.session_database`, loaded before Django."""

import os
import shutil
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.utils import translation
from playwright.sync_api import Browser

from parvis.core import ids
from tests.support import chromium

_SKIPPED = "page gate: needs"
_LOOPBACK = ("127.", "::1", "localhost", "::ffff:127.")


class NetworkBlockedError(RuntimeError):
    """A test tried to leave this machine."""


def _refuse_outside(address: Any) -> None:
    """Let Unix sockets and loopback through; everything else is a test that depends on the outside world."""
    if isinstance(address, tuple) and not str(address[0]).startswith(_LOOPBACK):
        message = (
            f"This test tried to reach {address[0]!r}. Tests do not use the network: "
            "talk to a simulator on 127.0.0.1, or replace the call."
        )
        raise NetworkBlockedError(message)


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Block name look-ups and connections that leave this machine, whichever library makes them in Python."""
    connect, connect_ex, send_to, look_up = (
        socket.socket.connect,
        socket.socket.connect_ex,
        socket.socket.sendto,
        socket.getaddrinfo,
    )

    def guarded_connect(self: socket.socket, address: Any) -> None:
        _refuse_outside(address)
        connect(self, address)

    def guarded_connect_ex(self: socket.socket, address: Any) -> int:
        _refuse_outside(address)
        return connect_ex(self, address)

    def guarded_sendto(self: socket.socket, *arguments: Any) -> int:
        _refuse_outside(arguments[-1])
        return send_to(self, *arguments)

    def guarded_getaddrinfo(host: Any, *arguments: Any, **options: Any) -> Any:
        if host:
            _refuse_outside((host.decode() if isinstance(host, bytes) else host,))
        return look_up(host, *arguments, **options)

    monkeypatch.setattr(socket.socket, "connect", guarded_connect)
    monkeypatch.setattr(socket.socket, "connect_ex", guarded_connect_ex)
    monkeypatch.setattr(socket.socket, "sendto", guarded_sendto)
    monkeypatch.setattr(socket, "getaddrinfo", guarded_getaddrinfo)


@pytest.fixture(autouse=True)
def own_documents(tmp_path: Path, settings: Any) -> None:
    """Give each test a document store of its own, and a place for registers."""
    settings.DOCUMENTS_ROOT = tmp_path / "documents"
    settings.PRESERVATION_ROOT = tmp_path / "primary"
    settings.PRESERVATION_REPLICA = ""


@pytest.fixture(autouse=True)
def french_first() -> Iterator[None]:
    """Start each test in French: a page asked in English leaves its language on the thread."""
    with translation.override("fr"):
        yield


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium, started once for a test file. Not longer: its event loop would be in the way of other tests."""
    with chromium.launched() as started:
        yield started


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip the gates whose tools this machine lacks, rather than let them fail or pass for nothing.

    Not under CI, which installs the tools: there a missing one is a failure.
    """
    if os.environ.get("CI"):
        return
    needs = {"browser": _lacking_for_a_browser(), "axe": _lacking_for_axe(), "html": _lacking_for_html()}
    for item in items:
        for mark, lacking in needs.items():
            if lacking and item.get_closest_marker(mark):
                item.add_marker(pytest.mark.skip(reason=f"{_SKIPPED} {lacking}"))
                break


def _lacking_for_a_browser() -> str:
    if not chromium.CHROMIUM.exists():
        return f"Chromium at {chromium.CHROMIUM}"
    return "" if chromium.driver_starts() else "a library of the browser's driver (Debian: libatomic1)"


def _lacking_for_axe() -> str:
    return "" if chromium.AXE.exists() else "npm (then: make test)"


def _lacking_for_html() -> str:
    return "" if chromium.HTML_VALIDATE.exists() and shutil.which("node") else "node and npm (then: make test)"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say in one line how many gates did not run, so that a green run never hides them."""
    reasons = [str(report.longrepr[2]) for report in terminalreporter.stats.get("skipped", ())]
    gates = [reason.partition(_SKIPPED)[2].strip() for reason in reasons if _SKIPPED in reason]
    if gates:
        lacking = ", ".join(sorted(set(gates)))
        terminalreporter.write_line(f"PAGE GATES SKIPPED: {len(gates)} tests did not run, for lack of {lacking}")


@pytest.fixture(autouse=True)
def no_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """Forget what one test taught the process: rate limits of the account pages, and a clock moved forward."""
    cache.clear()
    monkeypatch.setattr(ids, "_last_ms", 0)


@pytest.fixture(autouse=True)
def no_job_left(request: pytest.FixtureRequest, django_db_blocker: Any) -> Iterator[None]:
    """Remove the jobs that a committing test sent: their table is not a model of ours, nothing else empties it."""
    yield
    mark = request.node.get_closest_marker("django_db")
    committed = bool(mark and mark.kwargs.get("transaction"))
    if committed or {"transactional_db", "live_server"} & set(request.fixturenames):
        with django_db_blocker.unblock(), connection.cursor() as cursor:
            cursor.execute("TRUNCATE procrastinate_jobs CASCADE")
