"""Pages for what goes wrong."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from parvis.core.errors import DomainError


def refusal(request: HttpRequest, error: DomainError) -> HttpResponse:
    """A refusal that no form caught: its message, its status, and a way back."""
    return render(request, "web/refusal.html", {"error": error}, status=error.status)


def expired_form(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The CSRF token no longer matches, most often because the session ended while the person was typing."""
    return render(request, "web/expired_form.html", {"reason": reason}, status=403)
