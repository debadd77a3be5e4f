"""What every test gets. The database comes from `tests.session_database`, loaded before Django."""

import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.utils import translation

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
    """Give each test a document store of its own."""
    settings.DOCUMENTS_ROOT = tmp_path / "documents"


@pytest.fixture(autouse=True)
def french_first() -> Iterator[None]:
    """Start each test in French: a page asked in English leaves its language on the thread."""
    with translation.override("fr"):
        yield
