"""Leaving for the card's host, reading the card there, coming back."""

from typing import Any
from urllib.parse import urlencode, urlsplit
from uuid import UUID

from django.conf import settings
from django.contrib.auth import login
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from parvis.core import words
from parvis.core.actor import ANONYMOUS
from parvis.core.clock import now
from parvis.core.errors import DomainError
from parvis.identity import queries, shown_certificates
from parvis.identity.cards import accounts, checking, tickets
from parvis.identity.cards import settings as configured
from parvis.identity.cards.failures import failure
from parvis.identity.federation import sessions
from parvis.ledger import commands as ledger

_BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@never_cache
@require_GET
def leave(request: HttpRequest) -> HttpResponse:
    """Send the browser to the card's host to open a session, or to prove more in the present one."""
    return _depart(request, link=False, next_page=_safe(request, request.GET.get("next", "")))


@never_cache
@login_required
@require_POST
def link(request: HttpRequest) -> HttpResponse:
    """Send the browser to the card's host to add a card to the present account, just proved again."""
    if not sessions.is_fresh(request):
        back = urlencode({"next": reverse("federation:identities")})
        return redirect(f"{reverse('account_reauthenticate')}?{back}")
    return _depart(request, link=True, next_page=reverse("federation:identities"))


def _depart(request: HttpRequest, *, link: bool, next_page: str) -> HttpResponse:
    if not configured.is_offered():
        raise Http404
    ticket = tickets.demand(request.session, link=link, next_page=next_page)
    return redirect(f"{settings.CARD_URL}{reverse('cards:read')}?{urlencode({'demande': ticket})}")


@never_cache
@require_GET
def read(request: HttpRequest) -> HttpResponse:
    """On the card's host: say what the browser showed to the proxy, to whoever began a sign-in with us."""
    number = tickets.demanded(request.GET.get("demande", ""))
    if not configured.is_offered() or request.get_host() != urlsplit(settings.CARD_URL).netloc or not number:
        raise Http404
    certificate = shown_certificates.shown(request)
    try:
        found: Any = checking.check(certificate, configured.trust(), now()) if certificate else "no_card"
    except checking.CardRefusedError as refusal:
        found = refusal.code
    except (OSError, ValueError):  # an authority's file or list that cannot be read: nobody enters
        found = "revocation_unknown"
    back = urlencode({"reponse": tickets.answer(number, found)})
    return redirect(f"{settings.SITE_URL}{reverse('cards:callback')}?{back}")


@never_cache
@require_GET
def callback(request: HttpRequest) -> HttpResponse:
    """Back on the main host: open the session, add the card, or say why not."""
    taken = tickets.take(request.session, request.GET.get("reponse", ""))
    if taken is None:
        return _refused(request, failure("attempt_unknown"))
    wanted, found = taken
    if isinstance(found, str):
        return _refused(request, failure(found))
    onward = wanted["next"] or reverse(settings.LOGIN_REDIRECT_URL)
    try:
        if wanted["link"]:
            _add(request, found)
        else:
            _enter(request, found)
    except DomainError as refusal:
        return _refused(request, refusal)
    return redirect(onward)


def _add(request: HttpRequest, card: checking.Card) -> None:
    if not request.user.is_authenticated:
        raise failure("attempt_unknown")
    accounts.link_card(card=card, actor=queries.actor_of(request.user))
    sessions.remember_card(request, card.axes)


def _enter(request: HttpRequest, card: checking.Card) -> None:
    account = accounts.open_by_card(card=card)
    if not request.user.is_authenticated or request.user.pk != account.pk:
        login(request, account, backend=_BACKEND)
    sessions.remember_card(request, card.axes)


@login_required
@require_POST
def unlink(request: HttpRequest, card_id: UUID) -> HttpResponse:
    """Remove a card."""
    accounts.unlink_card(card=card_id, actor=queries.actor_of(request.user))  # type: ignore[arg-type] # signed in
    return redirect("federation:identities")


def _refused(request: HttpRequest, refusal: DomainError) -> HttpResponse:
    """Explain, and write it down."""
    actor = queries.actor_of(request.user) if request.user.is_authenticated else ANONYMOUS
    ledger.record_refusal(
        actor=actor, action="sign_in.refused", subject="provider:card", details={"code": refusal.code}
    )
    context = {"message": words.said(refusal), "code": refusal.code, "page_errors": True}
    return render(request, "identity/card_refused.html", context, status=refusal.status)


def _safe(request: HttpRequest, page: str) -> str:
    here = url_has_allowed_host_and_scheme(page, {request.get_host()}, require_https=request.is_secure())
    return page if here else ""
