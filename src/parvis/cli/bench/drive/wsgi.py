"""The application called in this process, through every middleware, with no HTTP server in between.

What this process spends is then what the application spends, to the microsecond.
"""

import io
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlsplit

HOST = "localhost"


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer, and the processor time of this process that making it took, in seconds."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    cpu: float


class UnexpectedAnswerError(RuntimeError):
    """The application did not answer what the bench is meant to measure: its figures would mean nothing."""


@cache
def application() -> Callable[..., Iterable[bytes]]:
    """Return Parvis's WSGI application."""
    from parvis.web.wsgi import application as made  # noqa: PLC0415 - Django must be ready

    return made


@dataclass(slots=True)
class Browser:
    """Keeps cookies and default headers from one request to the next. Speaks as a TLS proxy would."""

    headers: dict[str, str] = field(default_factory=dict)
    cookies: dict[str, str] = field(default_factory=dict)

    def send(self, method: str, url: str, body: bytes = b"", content_type: str = "", *, expect: int = 200) -> Answer:
        """Send one request and read the whole answer. Raise UnexpectedAnswerError on another status."""
        environ = self._environ(method, url, body, content_type)
        head: list[Any] = []

        def start(status: str, headers: list[tuple[str, str]], *_: Any) -> None:
            head[:] = [int(status[:3]), headers]

        app = application()
        before = time.process_time()
        chunks = app(environ, start)
        content = b"".join(chunks)
        chunks.close()  # type: ignore[attr-defined] # Django's answers have it; the connection goes back to the pool
        spent = time.process_time() - before
        status, headers = head
        self._keep([value for name, value in headers if name == "Set-Cookie"])
        if status != expect:
            message = f"{method} {url}: {status} instead of {expect}\n{content[:2000].decode(errors='replace')}"
            raise UnexpectedAnswerError(message)
        return Answer(status, dict(headers), content, spent)

    def _environ(self, method: str, url: str, body: bytes, content_type: str) -> dict[str, Any]:
        parts = urlsplit(url)
        environ = {
            "REQUEST_METHOD": method,
            "SCRIPT_NAME": "",
            "PATH_INFO": parts.path,
            "QUERY_STRING": parts.query,
            "SERVER_NAME": HOST,
            "SERVER_PORT": "80",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "REMOTE_ADDR": "127.0.0.1",
            "HTTP_HOST": HOST,
            "HTTP_X_FORWARDED_PROTO": "https",
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(body),
            "wsgi.errors": io.StringIO(),
            "wsgi.multithread": True,
            "wsgi.multiprocess": True,
            "wsgi.run_once": False,
        } | {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in self.headers.items()}
        if self.cookies:
            environ["HTTP_COOKIE"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        if method == "POST":
            environ |= {"CONTENT_TYPE": content_type, "CONTENT_LENGTH": str(len(body))}
        return environ

    def _keep(self, lines: list[str]) -> None:
        for line in lines:
            for name, morsel in SimpleCookie(line).items():
                self.cookies[name] = morsel.value
