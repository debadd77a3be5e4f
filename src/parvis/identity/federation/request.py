"""The parameters we send a provider, and nothing it does not know. Pure: no Django, no network."""

import base64
import hashlib
import json
from dataclasses import dataclass

from parvis.identity.federation.providers import Provider


@dataclass(frozen=True, slots=True)
class Ask:
    """One request for a sign-in. ``acr`` is the least level wanted; hints bring the same agent back on step-up."""

    state: str
    nonce: str
    redirect_uri: str
    verifier: str = ""
    acr: str = ""
    login_hint: str = ""
    siret_hint: str = ""


def parameters(provider: Provider, ask: Ask) -> dict[str, str]:
    """Build the query of the authorisation address."""
    profile = provider.profile
    sent = {
        "response_type": "code",
        "client_id": provider.client_id,
        "redirect_uri": ask.redirect_uri,
        "scope": " ".join(profile.scopes),
        "state": ask.state,
        "nonce": ask.nonce,
    }
    accepted = provider.accepted(ask.acr)
    if profile.acr_values:
        sent["acr_values"] = accepted[0]  # FranceConnect keeps the lowest known value: ask for one
    elif accepted != ("",):
        sent["claims"] = json.dumps({"id_token": {"acr": {"essential": True, "values": accepted}, "amr": None}})
    if profile.pkce:
        sent |= {"code_challenge": challenge(ask.verifier), "code_challenge_method": "S256"}
    if profile.hints:
        sent |= {name: value for name in ("login_hint", "siret_hint") if (value := getattr(ask, name))}
    return sent


def challenge(verifier: str) -> str:
    """The S256 challenge of a PKCE verifier (RFC 7636 §4.2)."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
