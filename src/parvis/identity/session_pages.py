"""The page of the browsers signed in to one's account."""

from typing import cast
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from parvis.core.errors import DomainError
from parvis.identity import open_sessions, queries
from parvis.identity.federation.sessions import is_fresh
from parvis.identity.models import Account

_SYSTEMS = ("Android", "iPhone", "iPad", "Windows", "Mac OS", "Linux")
_BROWSERS = (("Edg/", "Edge"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def sessions(request: HttpRequest) -> HttpResponse:
    """Each browser, and the way to sign it out."""
    account = cast("Account", request.user)
    here = request.session.get(open_sessions.ROW_KEY, {}).get("id", "")
    rows = open_sessions.open_sessions(account.id)
    others = [row.id for row in rows if str(row.id) != here]
    if request.method == "POST" and not is_fresh(request):
        return redirect(f"{reverse('account_reauthenticate')}?{urlencode({'next': request.path})}")
    if request.method == "POST":
        ended = open_sessions.end_sessions(sessions=_chosen(request, others), actor=queries.actor_of(account))
        if ended:
            messages.success(request, _("C’est fait : ces appareils sont déconnectés."))
        return redirect("sessions")
    shown = [(row, said_device(row.device), str(row.id) == here) for row in rows]
    return render(request, "identity/sessions.html", {"shown": shown, "others": len(others)})


def _chosen(request: HttpRequest, others: list[UUID]) -> list[UUID]:
    """The one asked for, or every other when none is named."""
    asked = request.POST.get("session")
    if not asked:
        return others
    try:
        return [UUID(asked)]
    except ValueError as error:
        raise DomainError("unknown_session", "Cet appareil n’est pas dans la liste. Rechargez la page.") from error


def said_device(agent: str) -> str:
    """Name a browser and its system in a few words, from what it says of itself."""
    browser = next((name for mark, name in _BROWSERS if mark in agent), "")
    system = next((name for name in _SYSTEMS if name in agent), "")
    return ", ".join(filter(None, (browser, system))) or _("Appareil inconnu")
