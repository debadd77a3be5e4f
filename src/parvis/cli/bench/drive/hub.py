"""A client of the hub's own API that outlives the server's failures: what a town's or a depositor's software does."""

import base64
import hashlib
import http.client
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from parvis.cli.bench.drive import wsgi

TIMEOUT_SECONDS = 30


class RefusedAnswerError(RuntimeError):
    """The hub answered, and not what was expected: this is never a matter of trying again."""


@dataclass(slots=True)
class HubClient:
    """One connection kept open, opened again when it breaks."""

    port: int
    headers: dict[str, str]
    link: http.client.HTTPConnection | None = field(default=None)

    def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        accept: Sequence[int] = (200, 201, 204),
        headers: Mapping[str, str] | None = None,
    ) -> tuple[int, Any]:
        """Send one request, once. Raise OSError or HTTPException when it broke, RefusedAnswerError on another status.

        A 502 to 504 (a proxy whose server died) counts as broken.
        """
        raw = body if isinstance(body, bytes) else json.dumps(body).encode() if body is not None else None
        sent = self.headers | dict(headers or {}) | {"Host": wsgi.HOST, "X-Forwarded-Proto": "https"}
        sent["Content-Type"] = "application/octet-stream" if isinstance(body, bytes) else "application/json"
        try:
            if self.link is None:
                self.link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=TIMEOUT_SECONDS)
            self.link.request(method, path, raw, sent)
            answer = self.link.getresponse()
            content = answer.read()
        except (OSError, http.client.HTTPException):
            self.close()
            raise
        if answer.status in accept:
            kind = answer.headers.get("Content-Type", "")
            return answer.status, json.loads(content) if "json" in kind and content else content
        if answer.status >= 500:  # noqa: PLR2004 - the server's fault: the client tries again
            message = f"{method} {path}: {answer.status}"
            raise ConnectionError(message)
        message = f"{method} {path}: {answer.status} {content[:300]!r}"
        raise RefusedAnswerError(message)

    def close(self) -> None:
        """Leave; the next call connects again."""
        if self.link is not None:
            self.link.close()
            self.link = None


def announced(external_id: str, documents: Sequence[bytes], recipient: dict[str, str], base: dict[str, Any]) -> Any:
    """Return the body of a deposit that announces these documents (PDF) for one recipient."""
    attachments = [
        {"type": "ji", "name": f"piece-{place}.pdf", "size": len(one), "mime": "application/pdf"}
        for place, one in enumerate(documents, 1)
    ]
    return base | {"external_id": external_id, "recipients": [recipient], "attachments": attachments}


def pdf(words: bytes, size: int) -> bytes:
    """Return what passes for a whole PDF, of some size in bytes, like no other when ``words`` are."""
    return b"%PDF-1.4\n" + words * (size // len(words) + 1) + b"\nstartxref\n0\n%%EOF\n"


def digest(content: bytes) -> str:
    """Return the ``Digest`` header of a document."""
    return base64.b64encode(hashlib.sha256(content).digest()).decode()
