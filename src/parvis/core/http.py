"""A document on its way out, as an HTTP answer."""

import base64
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from django.http import StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header

from parvis.core.errors import DomainError

_RANGE = re.compile(r"^bytes=(\d{0,15})-(\d{0,15})$", re.ASCII)


@dataclass(frozen=True, slots=True)
class Part:
    """The bytes of a document from ``start`` to the one before ``end``."""

    start: int
    end: int

    @property
    def size(self) -> int:
        """How many bytes."""
        return self.end - self.start


class Outgoing(Protocol):
    """What is needed to send a document: name, MIME type, size in bytes, SHA-256 in base 64, bytes."""

    @property
    def name(self) -> str: ...  # noqa: D102
    @property
    def mime(self) -> str: ...  # noqa: D102
    @property
    def size(self) -> int: ...  # noqa: D102
    @property
    def digest(self) -> str: ...  # noqa: D102
    @property
    def chunks(self) -> Iterator[bytes]: ...  # noqa: D102


class RangeRefusedError(DomainError):
    """What is asked for is outside of the document, whose size in bytes is among the values of the sentence."""

    status = 416


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a client asked of a document: the ``Range`` and ``If-Range`` headers, empty when absent (RFC 9110 §14)."""

    part: str = ""
    only_if: str = ""

    def of(self, size: int, sha256: bytes) -> Part | None:
        """Return the part to send, None for the whole: no range, several, or the document is no longer the same.

        Raise RangeRefusedError when the document ends before it.
        """
        found = _RANGE.match(self.part) if self.only_if in ("", etag(sha256)) else None
        if found is None or not (found[1] or found[2]):
            return None
        if not found[1]:
            start, end = max(0, size - int(found[2])), size
        else:
            start, end = int(found[1]), min(int(found[2]) + 1, size) if found[2] else size
        if start >= end:
            raise RangeRefusedError(
                "range_refused",
                "Cette partie est hors du document, qui compte %(size)s octets.",
                field="Range",
                params={"size": size},
            )
        return Part(start, end)


def etag(sha256: bytes) -> str:
    """Return the strong validator of a content, its SHA-256."""
    return f'"{sha256.hex()}"'


def ranged_response(document: Outgoing, part: Part | None) -> HttpResponseBase:
    """Stream a document, or a part of it."""
    if part is None:
        response = file_response(document)
    else:
        response = file_response(document, chunks=_cut(document.chunks, part.start, part.end))
        response.status_code = 206
        response["Content-Length"] = str(part.size)
        response["Content-Range"] = f"bytes {part.start}-{part.end - 1}/{document.size}"
    response["Accept-Ranges"], response["ETag"] = "bytes", etag(base64.b64decode(document.digest))
    return response


def _cut(chunks: Iterator[bytes], start: int, end: int) -> Iterator[bytes]:
    """Yield the bytes from ``start`` to ``end``. What is before is deciphered and dropped: the cipher is a stream."""
    place = 0
    for chunk in chunks:
        part = chunk[max(0, start - place) : max(0, end - place)]
        place += len(chunk)
        if part:
            yield part
        if place >= end:
            return


def file_response(document: Outgoing, chunks: Iterator[bytes] | None = None) -> StreamingHttpResponse:
    """Stream a document (or ``chunks`` of it) so that a browser saves it and never runs it, whatever it holds."""
    response = StreamingHttpResponse(chunks or document.chunks, content_type=document.mime)
    response["Content-Length"] = str(document.size)
    response["Digest"] = document.digest
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=document.name) or ""
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    response["Content-Security-Policy"] = "sandbox"
    return response
