"""Revocation lists fetched by a job: only when asked, only those that the right authority signed, never older ones."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from parvis.signing import commands
from parvis.signing.enums import CertificateState
from parvis.signing.keys import authority
from parvis.signing.keys.authority import Profile, Request
from parvis.signing.models import SigningCertificate
from tests.support import parapheur
from tests.support.officers import NOW, pem, pki

pytestmark = pytest.mark.django_db


class _Lists(BaseHTTPRequestHandler):
    answer: tuple[int, bytes] = (200, b"")
    asked: list[str]

    def do_GET(self) -> None:
        type(self).asked.append(self.path)
        self.send_response(self.answer[0])
        self.end_headers()
        self.wfile.write(self.answer[1])

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
        """Say nothing."""


@pytest.fixture
def lists(settings: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[type[_Lists]]:
    """A place where lists are, named by the certificate of the mayor."""
    handler = type("Here", (_Lists,), {"asked": []})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    settings.WEBHOOKS_ALLOW_PRIVATE = True
    monkeypatch.setenv("PARVIS_DATA", str(tmp_path))
    monkeypatch.setenv("PARVIS_FETCH_CRLS", "1")
    town = parapheur.build(keys=False)
    row = parapheur.give_certificate(town, town.mayor)
    key = authority.new_key(authority.KeyKind.P256)
    url = f"http://127.0.0.1:{server.server_port}/issuing.crl"
    request = Request("Claire", Profile.OFFICER, NOW - timedelta(days=1), NOW + timedelta(days=9), "Mairie", url)
    row.pem = pem(authority.issue(pki().issuing, request, key.public_key())).decode()
    row.save()
    yield handler
    server.shutdown()
    server.server_close()


def listed(*, of: Any = None, minutes: int = 0) -> tuple[int, bytes]:
    at = datetime.now(UTC) - timedelta(seconds=5, minutes=minutes)
    return 200, authority.revocation_list(of or pki().issuing, (), number=1, at=at)


def kept(home: Path) -> list[bytes]:
    return [path.read_bytes() for path in home.glob("trust/crls/*")]


def test_a_good_list_is_kept_and_an_older_one_is_not(lists: type[_Lists], tmp_path: Path) -> None:
    lists.answer = good = listed()
    assert commands.fetch_revocation_lists() == 1
    lists.answer = listed(minutes=60)
    assert commands.fetch_revocation_lists() == 0
    assert kept(tmp_path) == [good[1]]


@pytest.mark.parametrize(
    "bad",
    [
        lambda: (404, listed()[1]),
        lambda: (302, b""),
        lambda: (200, b"junk"),
        lambda: listed(of=pki().root),
        lambda: (200, listed()[1][:-1] + b"x"),
        lambda: listed(minutes=60 * 24 * 365),
    ],
)
def test_bad_answers_are_not_kept(lists: type[_Lists], tmp_path: Path, bad: Any) -> None:
    lists.answer = bad()
    assert commands.fetch_revocation_lists() == 0
    assert kept(tmp_path) == []


def test_nobody_is_called_unless_asked_nor_inside_the_network(
    lists: type[_Lists], settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    lists.answer = listed()
    settings.WEBHOOKS_ALLOW_PRIVATE = False
    assert commands.fetch_revocation_lists() == 0
    monkeypatch.delenv("PARVIS_FETCH_CRLS")
    settings.WEBHOOKS_ALLOW_PRIVATE = True
    assert commands.fetch_revocation_lists() == 0
    monkeypatch.setenv("PARVIS_FETCH_CRLS", "1")
    SigningCertificate.objects.update(state=CertificateState.REPLACED)
    assert commands.fetch_revocation_lists() == 0
    assert lists.asked == []
