"""What happens after too many wrong passwords: a pause, said the same way whether or not the account exists."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from parvis.core.actor import ANONYMOUS
from parvis.ledger import commands as ledger

_TOO_MANY = 429


def name_tried(request: HttpRequest | None, credentials: dict[str, Any] | None = None) -> str:
    """The address tried, without case: what the count of failures is kept by, with the caller's network address."""
    tried = (credentials or {}).get("email") or (request.POST.get("login", "") if request else "")
    return str(tried).strip().lower()[:255]


def locked_out(request: HttpRequest, *_: Any, **__: Any) -> HttpResponse:
    """Explain the pause and the way round it; write it down without the address that was tried."""
    ledger.record_refusal(
        actor=ANONYMOUS, action="sign_in.refused", subject="password", details={"code": "too_many_failures"}
    )
    return render(
        request,
        "identity/locked_out.html",
        {"minutes": settings.AXES_COOLOFF_TIME.seconds // 60, "page_errors": True},
        status=_TOO_MANY,
    )
