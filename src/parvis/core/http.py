"""A document on its way out, as an HTTP answer."""

from collections.abc import Iterator
from typing import Protocol

from django.http import StreamingHttpResponse
from django.utils.http import content_disposition_header


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


def file_response(document: Outgoing) -> StreamingHttpResponse:
    """Stream a document so that a browser saves it and never runs it, whatever it holds."""
    response = StreamingHttpResponse(document.chunks, content_type=document.mime)
    response["Content-Length"] = str(document.size)
    response["Digest"] = document.digest
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=document.name) or ""
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    response["Content-Security-Policy"] = "sandbox"
    return response
