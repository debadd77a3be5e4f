"""Signing out from a town's site (OpenID Connect RP-Initiated Logout 1.0): ours, the towns', the provider's."""

from dataclasses import dataclass
from typing import Any

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from parvis.identity import open_sessions
from parvis.identity.federation import sessions
from parvis.identity.provider import keys, pseudonyms, registry, rules
from parvis.identity.provider.answers import SeeOther
from parvis.identity.provider.errors import UnsafeRequestError
from parvis.identity.provider.models import RelyingParty
from parvis.identity.provider.waiting import LEAVING

_ASKED = "openid_logout"


@dataclass(frozen=True, slots=True)
class _Wish:
    """What a client asks when it sends someone to sign out. ``target`` is where they go afterwards, empty for home."""

    client: RelyingParty | None
    claims: dict[str, Any]
    target: str


@csrf_exempt  # a client's page may post here; without the hint of this very session, the person is asked
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def end_session(request: HttpRequest) -> HttpResponse:
    """Sign out whoever a client sends, at once when it shows an ID token of this very session, else after asking."""
    wish = _wish(request)
    if not request.user.is_authenticated:
        return SeeOther(wish.target or resolve_url(settings.LOGIN_REDIRECT_URL))
    if wish.client and wish.claims.get("sid") == _sid(request, wish.client):
        return _sign_out(request, wish.target)
    request.session[_ASKED] = wish.target
    if wish.target:
        request.session[LEAVING] = rules.origin(wish.target)
    return render(request, "identity/provider/sign_out.html", {"client": wish.client})


def _wish(request: HttpRequest) -> _Wish:
    given = request.POST if request.method == "POST" else request.GET
    claims = keys.read_own(given.get("id_token_hint", "")) or {}
    client = registry.live(str(claims.get("aud") or given.get("client_id", "")))
    if given.get("client_id", "") not in ("", client.client_id if client else ""):
        client = None  # the hint is another client's
    target = given.get("post_logout_redirect_uri", "")
    if target and (client is None or target not in client.post_logout_redirect_uris):
        raise UnsafeRequestError(
            "unknown_logout_redirect",
            "L’adresse où vous deviez être renvoyé après la déconnexion n’est pas déclarée : nous ne vous y envoyons "
            "pas. Pour vous déconnecter, passez par votre espace.",
        )
    state = given.get("state", "")
    return _Wish(client, claims, rules.with_answer(target, {"state": state} if state else {}) if target else "")


def _sid(request: HttpRequest, client: RelyingParty) -> str:
    place = request.session.get(open_sessions.ROW_KEY, {}).get("id", "")
    return rules.sid(pseudonyms.secret(), place, client.sector)


@never_cache
@require_POST
def confirm(request: HttpRequest) -> HttpResponse:
    """The person agreed to sign out."""
    return _sign_out(request, request.session.pop(_ASKED, ""))


def _sign_out(request: HttpRequest, target: str) -> HttpResponse:
    """Our session first, the towns by their jobs, then the provider's page, which comes back and goes on."""
    there = sessions.leaving_address(request)
    get_adapter().logout(request)
    if there and target:
        request.session[sessions.ONWARD_KEY] = target
    return redirect(there) if there else SeeOther(target or resolve_url(settings.LOGIN_REDIRECT_URL))
