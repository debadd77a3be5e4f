"""One very large document in and out, sent and read as a stream: what does the site's memory do?"""

import hashlib
import http.client
from collections.abc import Iterator
from contextlib import closing
from typing import Any

from parvis.cli.bench import world
from parvis.cli.bench.drive import hub, server, wsgi
from parvis.cli.bench.hub.folders import BASE

MEBIBYTE = 1024 * 1024
_HEAD, _TAIL = b"%PDF-1.4\n", b"\nstartxref\n0\n%%EOF\n"


def growth_mebibytes(site: server.Served, depositing: dict[str, str], receiving: dict[str, str], size: int) -> float:
    """Send a document of so many bytes, read it back, and return by how much the largest process grew."""
    with closing(hub.HubClient(site.port, depositing)) as client:
        body: Any = hub.announced("LARGE", [], world.RECIPIENT, BASE)
        body["attachments"] = [{"type": "ji", "name": "grand.pdf", "size": size, "mime": "application/pdf"}]
        _, made = client.call("POST", "/api/v1/folders", body)
        place = f"/api/v1/attachments/{made['attachments'][0]}/content"
        before = site.peak_mebibytes()
        sent = _send(site, place, depositing, size)
        client.call("POST", f"/api/v1/folders/{made['id']}/complete")
        received = _read(site, place, receiving)
    if sent != received:
        raise wsgi.UnexpectedAnswerError("the document that came back is not the one that was sent")
    return site.peak_mebibytes() - before


def _blocks(size: int) -> Iterator[bytes]:
    yield _HEAD
    left = size - len(_HEAD) - len(_TAIL)
    block = bytes(range(256)) * (MEBIBYTE // 256)
    while left:
        part = block[: min(left, MEBIBYTE)]
        left -= len(part)
        yield part
    yield _TAIL


def _send(site: server.Served, path: str, headers: dict[str, str], size: int) -> bytes:
    digest = hashlib.sha256()

    def watched() -> Iterator[bytes]:
        for block in _blocks(size):
            digest.update(block)
            yield block

    with closing(http.client.HTTPConnection("127.0.0.1", site.port, timeout=600)) as link:
        link.request("PUT", path, watched(), _headers(headers) | {"Content-Length": str(size)})
        answer = link.getresponse()
        if answer.status != 204:  # noqa: PLR2004 - taken
            message = f"{answer.status}: {answer.read(500)!r}"
            raise wsgi.UnexpectedAnswerError(message)
    return digest.digest()


def _read(site: server.Served, path: str, headers: dict[str, str]) -> bytes:
    digest = hashlib.sha256()
    with closing(http.client.HTTPConnection("127.0.0.1", site.port, timeout=600)) as link:
        link.request("GET", path, headers=_headers(headers))
        answer = link.getresponse()
        while block := answer.read(MEBIBYTE):
            digest.update(block)
    return digest.digest()


def _headers(headers: dict[str, str]) -> dict[str, str]:
    return headers | {"Host": wsgi.HOST, "X-Forwarded-Proto": "https", "Content-Type": "application/octet-stream"}
