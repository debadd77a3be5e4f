"""What a session remembers of the proof that opened it, and how to leave the provider again."""

import time
from typing import Any
from urllib.parse import urlencode

from allauth.account.internal.flows.login import get_authentication_records, record_authentication
from cryptography.fernet import InvalidToken
from django.conf import settings
from django.contrib.auth import SESSION_KEY, login
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest
from django.urls import reverse

from parvis.identity import assurance, rules
from parvis.identity.assurance import Axes
from parvis.identity.federation import settings as configured
from parvis.identity.federation import wire
from parvis.identity.federation.exchange import Proof
from parvis.identity.federation.validator import UntrustedError
from parvis.identity.models import Account
from parvis.identity.sealing import box

PROOF_KEY = "federation_proof"
CARD_KEY = "card_axes"  # how sure the card read in this session makes us
LEAVING_KEY = "federation_leaving"
ONWARD_KEY = "federation_onward"  # where to go on to, once back from the provider's end of session
CARD = "card"  # the method, as allauth records it
_RECORDS = "account_authentication_methods"  # where allauth keeps when and how the person proved it
_SEAL = "federation.id_token"
FRESH = 5 * 60  # seconds
_BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def enter(request: HttpRequest, account: Account, proof: Proof) -> None:
    """Open the session of an account, under a new key, and remember the proof."""
    login(request, account, backend=_BACKEND)
    remember(request, account, proof)


def remember(request: HttpRequest, account: Account, proof: Proof) -> None:
    """Add a proof to the session. The key of the session changes: a level was gained."""
    request.session.cycle_key()
    # A module of allauth's own, but the only way to tell it that a person has just proved who they are.
    record_authentication(request, account, "federation", provider=proof.provider.slug)
    axes = assurance.of_provider(proof.provider.kind, proof.acr, proof.amr)
    request.session[PROOF_KEY] = {
        "provider": proof.provider.slug,
        "acr": proof.acr,
        "axes": [axes.identity, axes.authentication, axes.organisation],
        "at": time.time(),
        "auth_time": proof.auth_time or time.time(),
        "email": proof.email,
        "siret": proof.kept.get("siret", ""),
        "id_token": box(_SEAL).encrypt(proof.id_token.encode()).decode(),
    }


def remember_card(request: HttpRequest, axes: Axes) -> None:
    """Add the proof by a card to the session: read by us, it is a proof of our own. The key of the session changes."""
    request.session.cycle_key()
    record_authentication(request, request.user, CARD)
    request.session[CARD_KEY] = [axes.identity, axes.authentication, axes.organisation]


def proof_of(session: SessionBase) -> dict[str, Any]:
    """The proof a session remembers, empty when it was opened by our own sign-in."""
    kept: dict[str, Any] = session.get(PROOF_KEY, {})
    return kept


def axes_of(session: SessionBase) -> Axes:
    """How sure we are of this session: the provider's proof and our own, added up."""
    own = [str(record.get("method")) for record in _records(session)]
    axes = assurance.of_local([method for method in own if method not in ("federation", CARD)])
    if CARD in own and (card := session.get(CARD_KEY)):
        axes = axes.with_at_least(Axes(*card))
    kept = proof_of(session).get("axes")
    return axes.with_at_least(Axes(*kept)) if kept else axes


def _records(session: SessionBase) -> list[dict[str, Any]]:
    """When and how the person signed in proved it; what someone else proved in this browser counts for nothing."""
    same = session.get(f"{_RECORDS}_user") == session.get(SESSION_KEY)
    return session.get(_RECORDS, []) if same else []


def own_proof_age(session: SessionBase) -> float | None:
    """Seconds since the person last proved to us who they are, None when only a provider said so.

    A provider may answer for hours without asking the person again: what it says is not fresh.
    """
    times = [record["at"] for record in _records(session) if record.get("method") != "federation"]
    return max(0.0, time.time() - max(times)) if times else None


def proofs_of(session: SessionBase) -> list[dict[str, Any]]:
    """Every proof given in this session by the person signed in, oldest first, as allauth writes them."""
    return _records(session)


def proved_at(session: SessionBase) -> float:
    """When the person last proved who they are, to us or to a provider, as it says itself. 0: never here."""
    own = [record["at"] for record in _records(session) if record.get("method") != "federation"]
    there = proof_of(session).get("auth_time")
    return max([*own, *([there] if there else [])], default=0)


def is_fresh(request: HttpRequest) -> bool:
    """Tell whether the person proved who they are within the last five minutes."""
    records = get_authentication_records(request, request.user)
    return any(time.time() - record["at"] < FRESH for record in records)


def leaving_address(request: HttpRequest) -> str:
    """Where to send a person who signs out, so that the provider's session ends too; empty when there is none."""
    kept = proof_of(request.session)
    try:
        provider = configured.provider(kept["provider"]) if kept else None
        endpoint = wire.description(provider).get("end_session_endpoint") if provider else None
        token = box(_SEAL).decrypt(kept["id_token"].encode()).decode() if endpoint else ""
    except (KeyError, InvalidToken, wire.UnreachableError, UntrustedError):
        return ""
    if not endpoint:
        return ""
    state = rules.new_secret()
    request.META[LEAVING_KEY] = state
    back = f"{settings.SITE_URL}{reverse('federation:left')}"
    return f"{endpoint}?{urlencode({'id_token_hint': token, 'state': state, 'post_logout_redirect_uri': back})}"


def keep_leaving_state(request: HttpRequest) -> None:
    """Once the session is emptied, put in the new one the state that the provider will send back."""
    if state := request.META.get(LEAVING_KEY):
        request.session[LEAVING_KEY] = state
