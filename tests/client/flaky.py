"""Parvis served over real HTTP behind a proxy that fails as proxies do."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.core.wsgi import get_wsgi_application
from django.db import connections

from tests.support.site import serving

Application = Callable[[dict[str, Any], Any], Iterable[bytes]]
# Called with the environment; returns what the proxy does with the request.
PASS, DOWN, LOST, CUT = "pass", "down", "lost", "cut"


class Proxy:
    """Passes requests on, or answers 503 (DOWN), acts then answers 502 (LOST), or sends half the body (CUT)."""

    def __init__(self) -> None:
        self.seen: list[str] = []
        self.decide: Callable[[str, dict[str, Any]], str] = lambda _line, _environ: PASS
        self._inner: Application = StaticFilesHandler(get_wsgi_application())

    def __call__(self, environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        line = f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']}"
        self.seen.append(line)
        what = self.decide(line, environ)
        if what == DOWN:
            environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
            return self._failed(start, "503 Service Unavailable")
        if what == LOST:
            self._whole(environ, lambda *_: None)
            return self._failed(start, "502 Bad Gateway")
        body = self._whole(environ, start)
        return [body[: len(body) // 2]] if what == CUT else [body]

    def _whole(self, environ: dict[str, Any], start: Any) -> bytes:
        """Run the request to its end; its thread dies after it, and its connection to the database with it."""
        answer = self._inner(environ, start)
        try:
            return b"".join(answer)
        finally:
            answer.close()  # type: ignore[attr-defined]
            connections.close_all()

    @staticmethod
    def _failed(start: Any, status: str) -> Iterable[bytes]:
        start(status, [("Content-Type", "text/plain"), ("Content-Length", "0")])
        return [b""]

    def count(self, line: str) -> int:
        """How many times a request came."""
        return sum(one.startswith(line) for one in self.seen)


def first(what: str, line: str, times: int = 1) -> Callable[[str, dict[str, Any]], str]:
    """Fail the first ``times`` requests that start with ``line``."""
    left = [times]

    def decide(seen: str, _environ: dict[str, Any]) -> str:
        if seen.startswith(line) and left[0]:
            left[0] -= 1
            return what
        return PASS

    return decide


@contextmanager
def behind_a_proxy() -> Iterator[tuple[str, Proxy]]:
    """Serve, and give the address and the proxy."""
    proxy = Proxy()
    with serving(proxy) as url:
        yield url, proxy
