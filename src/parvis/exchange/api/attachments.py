"""Documents in and out, in one go or in pieces."""

import base64
import binascii
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from ninja import Router, Status

from parvis.core.errors import DomainError
from parvis.core.http import Wanted, ranged_response
from parvis.exchange import commands
from parvis.exchange.api.callers import actor_of
from parvis.exchange.api.headers import DIGEST, IF_RANGE, RANGE, UPLOAD_OFFSET, described

router = Router(tags=["attachments"])
CHUNK = 64 * 1024


@router.put(
    "/attachments/{attachment_id}/content",
    response={204: None},
    summary="Upload a document",
    openapi_extra=described(DIGEST),
)
def upload_attachment(request: HttpRequest, attachment_id: UUID) -> Status[None]:
    """Send the bytes of an announced document as the raw body; ``Digest: <SHA-256 in base 64>`` is checked if given."""
    commands.receive_attachment(
        attachment_id=attachment_id,
        chunks=iter(lambda: request.read(CHUNK), b""),
        sha256=_digest(request.headers.get("Digest", "")),
        actor=actor_of(request),
    )
    return Status(204, None)


@router.patch(
    "/attachments/{attachment_id}/content",
    response={204: None},
    summary="Upload a piece of a document",
    openapi_extra=described(UPLOAD_OFFSET, DIGEST),
)
def upload_piece(request: HttpRequest, response: HttpResponse, attachment_id: UUID) -> Status[None]:
    """Send the next bytes of an announced document, from ``Upload-Offset`` on.

    The answer says in ``Upload-Offset`` how much has been kept for good: after a failure, ask for it by HEAD and go on
    from there. When the announced size is reached, the whole is checked as if it had come in one go;
    ``Digest``, if given then, is that of the whole. If that check could not be made (503), all the bytes are kept:
    an empty piece at the end asks for it again.
    """
    offset = commands.receive_piece(
        attachment_id=attachment_id,
        offset=_offset(request),
        chunks=iter(lambda: request.read(CHUNK), b""),
        sha256=_digest(request.headers.get("Digest", "")),
        actor=actor_of(request),
    )
    response["Upload-Offset"] = str(offset)
    return Status(204, None)


def _digest(header: str) -> bytes | None:
    if not header:
        return None
    try:
        value = base64.b64decode(header, validate=True)
    except (binascii.Error, ValueError):
        value = b""
    if len(value) != 32:  # noqa: PLR2004 - SHA-256
        raise DomainError("bad_digest", "L’en-tête Digest doit être un SHA-256 en base 64.", field="Digest")
    return value


def _offset(request: HttpRequest) -> int:
    raw = request.headers.get("Upload-Offset", "")
    if not raw.isascii() or not raw.isdigit() or len(raw) > 12:  # noqa: PLR2004 - a terabyte
        raise DomainError(
            "bad_offset",
            "Indiquez dans l’en-tête Upload-Offset combien d’octets sont déjà reçus.",
            field="Upload-Offset",
        )
    return int(raw)


@router.api_operation(["HEAD"], "/attachments/{attachment_id}/content", summary="How much of a document is here")
def uploaded_so_far(request: HttpRequest, attachment_id: UUID) -> HttpResponse:
    """Say in ``Upload-Offset`` how many bytes of an announced document have been kept."""
    size, kept = commands.upload_progress(attachment_id=attachment_id, actor=actor_of(request))
    answer = HttpResponse(status=204)
    answer["Upload-Offset"], answer["Upload-Length"] = str(kept), str(size)
    answer["Cache-Control"] = "no-store"
    return answer


@router.get(
    "/attachments/{attachment_id}/content",
    summary="Download a document",
    response={200: bytes, 206: bytes},
    openapi_extra=described(RANGE, IF_RANGE),
)
def download_attachment(request: HttpRequest, attachment_id: UUID) -> HttpResponseBase:
    """Return a document's bytes, or the ``Range`` asked for. Its leaving is journaled before the first byte leaves."""
    wanted = Wanted(request.headers.get("Range", ""), request.headers.get("If-Range", ""))
    document = commands.deliver_attachment(attachment_id=attachment_id, actor=actor_of(request), wanted=wanted)
    return ranged_response(document, document.part)
