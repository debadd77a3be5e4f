"""Leaving for a provider, coming back, and the list of what opens an account."""

import time
from hmac import compare_digest
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from parvis.core import words
from parvis.core.actor import ANONYMOUS, Actor
from parvis.core.errors import AbsentError, DomainError
from parvis.identity import queries
from parvis.identity.federation import accounts, attempts, sessions, wire
from parvis.identity.federation import settings as configured
from parvis.identity.federation.exchange import Answer, Proof, prove
from parvis.identity.federation.failures import failure
from parvis.identity.federation.providers import Provider
from parvis.identity.federation.validator import UntrustedError
from parvis.identity.models import Account, SignInAttempt
from parvis.ledger import commands as ledger

_KNOWN_ERROR = 60  # characters of a provider's error code worth keeping


@never_cache
@require_GET
def leave(request: HttpRequest, slug: str) -> HttpResponse:
    """Send the browser to a provider to open a session.

    Not when another site asks: its provider may answer without a page, and a session would open by itself.
    """
    provider = configured.provider(slug)
    if request.headers.get("Sec-Fetch-Site") == "cross-site":
        return redirect("account_login")
    kept = sessions.proof_of(request.session)
    same = kept.get("provider") == slug
    wish = attempts.Wish(
        acr=_level(provider, request.GET.get("niveau", "")),
        next_page=_safe(request, request.GET.get("next", "")),
        login_hint=kept.get("email", "") if same else "",
        siret_hint=kept.get("siret", "") if same else "",
    )
    return _depart(request, provider, wish)


@never_cache
@login_required
@require_POST
def link(request: HttpRequest, slug: str) -> HttpResponse:
    """Send the browser to a provider to add an identity to the present account, just proved again."""
    provider = configured.provider(slug)
    if not sessions.is_fresh(request):
        return _prove_again(request)
    return _depart(
        request, provider, attempts.Wish(link_to=_account(request), next_page=reverse("federation:identities"))
    )


def _depart(request: HttpRequest, provider: Provider, wish: attempts.Wish) -> HttpResponse:
    try:
        return redirect(attempts.begin(provider, wish, request.session))
    except (wire.UnreachableError, UntrustedError) as error:
        return _refused(request, provider, getattr(error, "code", "unreachable"))


@never_cache
@require_GET
def callback(request: HttpRequest, slug: str) -> HttpResponse:
    """Receive the browser back: check everything, then open the session or say why not."""
    provider = configured.provider(slug)
    attempt = attempts.take(provider, request.GET.get("state", ""), request.session)
    if attempt is None:
        return _refused(request, provider, "attempt_unknown")
    if code := request.GET.get("error"):
        return _refused(request, provider, code[:_KNOWN_ERROR], request.GET.get("error_description", ""))
    try:
        proof = prove(provider, _answer(request, provider, attempt), at=time.time())
    except UntrustedError as error:
        return _refused(request, provider, error.code)
    except wire.UnreachableError:
        return _refused(request, provider, "unreachable")
    return _arrive(request, attempt, proof)


def _answer(request: HttpRequest, provider: Provider, attempt: SignInAttempt) -> Answer:
    return Answer(
        code=request.GET.get("code", ""),
        issuer=request.GET.get("iss", ""),
        nonce=attempt.nonce,
        verifier=attempt.verifier,
        acr=attempt.acr,
        redirect_uri=attempts.redirect_uri(provider),
    )


def _arrive(request: HttpRequest, attempt: SignInAttempt, proof: Proof) -> HttpResponse:
    onward = _safe(request, attempt.next_page) or reverse(settings.LOGIN_REDIRECT_URL)
    if attempt.link_to_id is None:
        sessions.enter(request, accounts.open_account(proof=proof), proof)
        return redirect(onward)
    if not request.user.is_authenticated or request.user.pk != attempt.link_to_id:
        return _refused(request, proof.provider, "attempt_unknown")
    account = _account(request)
    actor = queries.actor_of(account)
    accounts.link_identity(proof=proof, account=account.id, actor=actor, replaces=attempt.replaces_id)
    sessions.remember(request, account, proof)
    return redirect(onward)


@never_cache
@require_GET
def left(request: HttpRequest) -> HttpResponse:
    """Receive back someone who signed out at the provider too; only with the state we sent do they go on to a town."""
    expected = request.session.pop(sessions.LEAVING_KEY, "")
    onward = request.session.pop(sessions.ONWARD_KEY, "")
    if not expected or not compare_digest(expected.encode(), request.GET.get("state", "").encode()):
        return redirect(settings.LOGIN_REDIRECT_URL)
    return redirect(onward or settings.LOGIN_REDIRECT_URL)


@login_required
@require_GET
def identities(request: HttpRequest) -> HttpResponse:
    """What opens this account, and what may be added."""
    owned = queries.identities_of(_account(request).id)
    slugs = {row.provider for row in owned}
    known = {provider.slug: provider.name for provider in configured.providers()}
    return render(
        request,
        "identity/identities.html",
        {
            "cards": queries.cards_of(_account(request).id),
            "owned": [(row, known.get(row.provider, row.provider)) for row in owned],
            "addable": [provider for provider in configured.providers() if provider.slug not in slugs],
        },
    )


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def relink(request: HttpRequest, identity: UUID) -> HttpResponse:
    """Explain what a change of civil identity does, then go and link the new identity in place of the former."""
    account = _account(request)
    row = next((one for one in queries.identities_of(account.id) if one.id == identity), None)
    if row is None:
        raise AbsentError("unknown_identity", "Cette identité n’est pas rattachée à votre compte.")
    provider = configured.provider(row.provider)
    if request.method != "POST":
        return render(request, "identity/relink.html", {"row": row, "name": provider.name})
    if not sessions.is_fresh(request):
        return _prove_again(request)
    back = reverse("federation:identities")
    return _depart(request, provider, attempts.Wish(link_to=account, replaces=row.id, next_page=back))


@login_required
@require_POST
def unlink(request: HttpRequest, identity: UUID) -> HttpResponse:
    """Remove one way in."""
    if not sessions.is_fresh(request):
        return _prove_again(request)
    accounts.unlink_identity(identity=identity, actor=queries.actor_of(_account(request)))
    return redirect("federation:identities")


def _prove_again(request: HttpRequest) -> HttpResponse:
    """Ask who is there once more, by the way they came in, before a change of what opens the account."""
    back = urlencode({"next": reverse("federation:identities")})
    if _account(request).has_usable_password():
        return redirect(f"{reverse('account_reauthenticate')}?{back}")
    slug = sessions.proof_of(request.session).get("provider", "")
    return redirect(f"{reverse('federation:leave', args=[slug])}?{back}" if slug else "account_login")


def _refused(request: HttpRequest, provider: Provider, code: str, description: str = "") -> HttpResponse:
    """Explain, and write it down."""
    error: DomainError = failure(code, provider.name, description)
    actor: Actor = queries.actor_of(_account(request)) if request.user.is_authenticated else ANONYMOUS
    ledger.record_refusal(
        actor=actor, action="sign_in.refused", subject=f"provider:{provider.slug}", details={"code": code}
    )
    return render(
        request,
        "identity/sign_in_refused.html",
        {"message": words.said(error), "code": code, "slug": provider.slug, "name": provider.name, "page_errors": True},
        status=error.status,
    )


def _level(provider: Provider, asked: str) -> str:
    """The level asked in the address, if it is one of the provider's; its own default otherwise."""
    known = (*provider.profile.ladder, "mfa") if provider.profile.hints else provider.profile.ladder
    return asked if asked in known else ""


def _safe(request: HttpRequest, page: str) -> str:
    """A page of ours, or nothing: no redirect leaves the site."""
    ours = page.startswith("/") and url_has_allowed_host_and_scheme(page, allowed_hosts={request.get_host()})
    return page if ours else ""


def _account(request: HttpRequest) -> Account:
    account = request.user
    assert isinstance(account, Account)  # noqa: S101 - login_required saw to it; mypy did not
    return account
