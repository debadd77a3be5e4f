"""Where a list stopped, and how to go on."""

import base64
import binascii
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpRequest, HttpResponse

from parvis.core.errors import DomainError

MOST = 200


def after(cursor: str) -> UUID | None:
    """Return the id at which the former page stopped, None for the first page. A cursor is ours: opaque to clients."""
    if not cursor:
        return None
    try:
        return UUID(bytes=base64.urlsafe_b64decode(cursor + "=="))
    except (ValueError, binascii.Error) as error:
        raise DomainError("bad_cursor", "Ce curseur n’est pas de nous. Reprenez la liste au début.") from error


def page(request: HttpRequest, response: HttpResponse, rows: Sequence[Any], limit: int) -> list[Any]:
    """Return at most ``limit`` of the rows (one more was read), and say in ``Link`` where the rest is (RFC 8288)."""
    shown = list(rows[:limit])
    if len(rows) > limit:
        query = request.GET.copy()
        query["cursor"] = base64.urlsafe_b64encode(shown[-1].id.bytes).decode().rstrip("=")
        pairs = [(name, value) for name, values in query.lists() for value in values]
        response["Link"] = f'<{request.path}?{urlencode(pairs)}>; rel="next"'
    return shown


def bounded(limit: int, most: int = MOST) -> int:
    """Return a page size that may be asked for."""
    return max(1, min(limit, most))
