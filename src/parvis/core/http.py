"""A document on its way out, as an HTTP answer."""

import base64
import re
from collections.abc import Iterator
from typing import Protocol

from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header

_RANGE = re.compile(r"^bytes=(\d{0,15})-(\d{0,15})$", re.ASCII)


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


def ranged_response(document: Outgoing, *, wanted: str, only_if: str) -> HttpResponseBase:
    """Stream a document, or the one range of it that was asked for (RFC 9110 §14).

    ``wanted`` is the ``Range`` header, ``only_if`` the ``If-Range`` one: when the document is no longer the one the
    client began to read, or when several ranges are asked for, the whole is sent. A range outside of it is a 416.
    """
    tag = f'"{base64.b64decode(document.digest).hex()}"'
    found = _RANGE.match(wanted) if only_if in ("", tag) else None
    if found is None or not (found[1] or found[2]):
        response = file_response(document)
    else:
        start, end = _bounds(found[1], found[2], document.size)
        if start >= end:
            return _unsatisfiable(document.size)
        response = file_response(document, chunks=_cut(document.chunks, start, end))
        response.status_code = 206
        response["Content-Length"] = str(end - start)
        response["Content-Range"] = f"bytes {start}-{end - 1}/{document.size}"
    response["Accept-Ranges"], response["ETag"] = "bytes", tag
    return response


def _bounds(first: str, last: str, size: int) -> tuple[int, int]:
    """Return the first byte and the one after the last: ``5-9``, ``5-`` and ``-5`` (the last five)."""
    if not first:
        return max(0, size - int(last)), size
    return int(first), min(int(last) + 1, size) if last else size


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


def _unsatisfiable(size: int) -> HttpResponse:
    response = HttpResponse(status=416)
    response["Content-Range"] = f"bytes */{size}"
    return response


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
