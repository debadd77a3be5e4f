"""The authorization endpoint, and the pages a person goes through before they are sent back to the town."""

import time
from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from parvis.identity import queries
from parvis.identity.models import Account
from parvis.identity.provider import answers, pseudonyms, requests, saying, steps, waiting
from parvis.identity.provider.answers import SeeOther
from parvis.identity.provider.errors import ProtocolError, UnsafeRequestError
from parvis.identity.provider.requests import Asked
from parvis.identity.provider.waiting import Waiting
from parvis.identity.stepup.ways import ways
from parvis.ledger import commands as ledger


@dataclass(frozen=True, slots=True)
class _Here:
    """A request on its way, and who goes with it."""

    key: str
    asked: Asked
    kept: Waiting
    account: Account


@csrf_exempt  # a client's page may post here; it only leads to the same address by GET
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def authorize(request: HttpRequest) -> HttpResponse:
    """Receive a client's request: refuse it, answer it at once (prompt=none), or go through the pages."""
    if request.method == "POST":
        return SeeOther(f"{request.path}?{request.POST.urlencode()}")
    client, params, pushed = requests.received(request.GET)
    try:
        asked = requests.parsed(client, params, pushed=pushed)
        if "none" in asked.prompts:
            return _silently(request, asked, Waiting(params, pushed, at=time.time()))
    except ProtocolError as error:
        return answers.refusal(params["redirect_uri"], params.get("state", ""), error)
    key = waiting.put(request.session, params, pushed=pushed)
    return SeeOther(reverse("openid_follow", args=[key]))


def _silently(request: HttpRequest, asked: Asked, kept: Waiting) -> HttpResponse:
    """Answer without a page, or say which page would be needed."""
    if not request.user.is_authenticated:
        raise ProtocolError("login_required", description="nobody is signed in")
    account = request.user
    steps.check_hint(asked, account)
    needs = steps.lacking(request.session, asked, kept)
    if "max_age" in needs:
        raise ProtocolError("login_required", description="the person proved who they are too long ago")
    if needs and asked.level_is_essential:
        raise ProtocolError(
            "unmet_authentication_requirements", description="the session does not have the level asked"
        )
    if not steps.agreed(asked, account.id):
        raise ProtocolError("consent_required", description="the person has not agreed yet")
    return answers.to_client(asked.redirect_uri, asked.state, {"code": steps.code_for(request, asked, account)})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def follow(request: HttpRequest, key: str) -> HttpResponse:
    """Show the next page a request needs, until it can be answered. Nothing of it is in the address but its key."""
    kept = waiting.get(request.session, key)
    if kept is None:
        raise UnsafeRequestError(
            "request_over",
            "Cette demande de connexion a expiré, a déjà servi ou a commencé dans un autre navigateur. Retournez sur "
            "le site d’où vous venez et recommencez.",
        )
    client = requests.certain(kept.params)
    try:
        asked = requests.parsed(client, kept.params, pushed=kept.pushed)
        return _next(request, key, asked, kept)
    except ProtocolError as error:
        waiting.drop(request.session, key)
        return answers.refusal(kept.params["redirect_uri"], kept.params.get("state", ""), error)


def _next(request: HttpRequest, key: str, asked: Asked, kept: Waiting) -> HttpResponse:
    if not request.user.is_authenticated:
        return SeeOther(f"{reverse('account_login')}?{urlencode({'next': request.path})}")
    account = request.user
    answer = request.POST.get("reponse", "")
    if answer == "refuser":
        raise _declined(asked, account)
    if answer == "renoncer":
        raise ProtocolError("unmet_authentication_requirements", description="the person did not prove more")
    steps.check_hint(asked, account)
    if answer == "continuer" and not asked.level_is_essential:
        kept.waived = True
        waiting.change(request.session, key, kept)
    if needs := steps.lacking(request.session, asked, kept):
        return _more(request, _Here(key, asked, kept, account), needs)
    if kept.raised:
        request.session.cycle_key()  # a level was gained: the former key of the session opens nothing any more
    if answer == "accepter":
        pseudonyms.link(client=asked.client.id, scopes=asked.scopes, actor=queries.actor_of(account))
    if not steps.agreed(asked, account.id, just_now=answer == "accepter"):
        return _consent(request, asked, account)
    code = steps.code_for(request, asked, account)
    waiting.drop(request.session, key)
    return answers.to_client(asked.redirect_uri, asked.state, {"code": code})


def _more(request: HttpRequest, here: _Here, needs: dict[str, int]) -> HttpResponse:
    """Ask for a stronger or a more recent proof, by the person's own means."""
    asked = here.asked
    if not here.kept.raised:
        here.kept.raised = True
        waiting.change(request.session, here.key, here.kept)
    context = {
        "client": asked.client,
        "needs": needs,
        "ways": ways(here.account, needs, back=request.path, provider_is_fresh=True),
        "may_go_on": not asked.level_is_essential and "max_age" not in needs,
    }
    return render(request, "identity/provider/more.html", context)


def _consent(request: HttpRequest, asked: Asked, account: Account) -> HttpResponse:
    """Name the town, what it will receive to the letter, and why."""
    context = {
        "client": asked.client,
        "shown": saying.sent(asked.scopes, account),
        "keeps": "offline_access" in asked.scopes,
        "is_new": not pseudonyms.sub_of(account.id, asked.client.sector),
    }
    return render(request, "identity/provider/consent.html", context)


def _declined(asked: Asked, account: Account) -> ProtocolError:
    """Write the refusal down; the client is told."""
    ledger.record_refusal(
        actor=queries.actor_of(account),
        action="provider.consented",
        subject=f"relying_party:{asked.client.id}",
        details={"scopes": list(asked.scopes), "name": asked.client.name},
        about=account.id,
    )
    return ProtocolError("access_denied", description="the person declined")
