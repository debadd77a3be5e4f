"""Refusals as programs read them: one shape for the whole API (RFC 9457)."""

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse


def problem(
    request: HttpRequest, status: int, code: str, detail: str, errors: Sequence[dict[str, Any]] = ()
) -> HttpResponse:
    """Return a problem document. ``errors`` lists every defect, each with its field."""
    body = {
        "type": f"urn:parvis:problem:{code}",
        "title": code,
        "status": status,
        "detail": detail,
        "instance": request.path,
        "errors": list(errors),
    }
    return JsonResponse(body, status=status, content_type="application/problem+json")
