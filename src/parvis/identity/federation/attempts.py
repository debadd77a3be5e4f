"""The trip to a provider and back: bound to the browser that left, used once, over after ten minutes."""

from dataclasses import dataclass
from datetime import timedelta
from secrets import token_urlsafe
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.db import transaction
from django.urls import reverse

from parvis.core.clock import now
from parvis.identity import rules
from parvis.identity.federation import request, wire
from parvis.identity.federation.providers import Provider
from parvis.identity.models import Account, SignInAttempt

LIFE = timedelta(minutes=10)
BROWSER_KEY = "federation_browser"


@dataclass(frozen=True, slots=True)
class Wish:
    """Why someone leaves: the least level wanted, the account to add the identity to, the page to come back to.

    ``replaces``: the identity that the new one takes the place of.
    """

    acr: str = ""
    link_to: Account | None = None
    replaces: UUID | None = None
    next_page: str = ""
    login_hint: str = ""
    siret_hint: str = ""


def redirect_uri(provider: Provider) -> str:
    """Our address that the provider sends the person back to; one for each provider (RFC 9700 §4.4)."""
    return f"{settings.SITE_URL}{reverse('federation:callback', args=[provider.slug])}"


def begin(provider: Provider, wish: Wish, session: SessionBase) -> str:
    """Remember a departure and return the address to send the browser to."""
    endpoint = wire.description(provider)["authorization_endpoint"]
    ask = request.Ask(
        state=rules.new_secret(),
        nonce=rules.new_secret(),
        redirect_uri=redirect_uri(provider),
        verifier=token_urlsafe(32) if provider.profile.pkce else "",
        acr=wish.acr,
        login_hint=wish.login_hint,
        siret_hint=wish.siret_hint,
    )
    browser = session.setdefault(BROWSER_KEY, rules.new_secret())
    SignInAttempt.objects.filter(expires_at__lt=now()).delete()
    SignInAttempt.objects.create(
        state_digest=rules.digest(ask.state),
        browser_digest=rules.digest(browser),
        provider=provider.slug,
        nonce=ask.nonce,
        verifier=ask.verifier,
        acr=wish.acr,
        link_to=wish.link_to,
        replaces_id=wish.replaces,
        next_page=wish.next_page[:500],
        expires_at=now() + LIFE,
    )
    return f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(request.parameters(provider, ask))}"


def take(provider: Provider, state: str, session: SessionBase) -> SignInAttempt | None:
    """Return the departure this return answers, and forget it: a second return with the same state finds nothing."""
    browser = session.get(BROWSER_KEY)
    if not browser or not state:
        return None
    with transaction.atomic():
        row = (
            SignInAttempt.objects.select_for_update(of=("self",))
            .filter(
                state_digest=rules.digest(state),
                browser_digest=rules.digest(browser),
                provider=provider.slug,
                expires_at__gt=now(),
            )
            .first()
        )
        if row:
            SignInAttempt.objects.filter(state_digest=row.state_digest).delete()
    return row
