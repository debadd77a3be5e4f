"""A provider's description is believed only if it is the description of the provider in our settings."""

from typing import Any

import pytest
from django.core.cache import cache

from parvis.identity.federation import wire
from parvis.identity.federation.providers import Provider, provider_of
from parvis.identity.federation.validator import UntrustedError

ISSUER = "https://ville.example/openid"
GOOD = {
    "issuer": ISSUER,
    **dict.fromkeys(("authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri"), f"{ISSUER}/x"),
}


@pytest.fixture
def provider() -> Provider:
    return provider_of({"slug": "ville", "kind": "town", "name": "Ville", "issuer": ISSUER, "client_id": "parvis"})


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"issuer": f"{ISSUER}/"}, "description_of_another"),
        ({"issuer": "https://VILLE.example/openid"}, "description_of_another"),
        ({"issuer": "https://mechant.example"}, "description_of_another"),
        ({"issuer": None}, "description_of_another"),
        ({"token_endpoint": "http://ville.example/x"}, "description_incomplete"),
        ({"jwks_uri": None}, "description_incomplete"),
    ],
)
def test_a_description_of_another_issuer_is_refused(
    provider: Provider, changes: dict[str, Any], why: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache.clear()
    monkeypatch.setattr(wire, "_json", lambda _url: GOOD)
    assert wire.description(provider) == GOOD
    cache.clear()
    monkeypatch.setattr(wire, "_json", lambda _url: GOOD | changes)
    with pytest.raises(UntrustedError) as refused:
        wire.description(provider)
    assert refused.value.code == why
