"""Signing keys: announced before they sign, believed as long as they must, sealed at rest."""

import base64
import json
from datetime import timedelta

import pytest
import time_machine
from django.test import Client as Browser
from joserfc import jwt
from joserfc.jwk import ECKey

from parvis.core.actor import SYSTEM
from parvis.core.clock import now
from parvis.core.errors import ConflictError
from parvis.identity.provider import keys
from parvis.identity.provider.models import SigningKey
from parvis.ledger.models import Entry
from tests.support import town

pytestmark = pytest.mark.django_db


def _published() -> list[str]:
    return [key["kid"] for key in Browser().get("/openid/jwks").json()["keys"]]


def _kid(token: str) -> str:
    return str(json.loads(base64.urlsafe_b64decode(token.split(".", maxsplit=1)[0] + "=="))["kid"])


def test_two_keys_from_the_first_day_and_only_their_public_half() -> None:
    answer = Browser().get("/openid/jwks")
    assert len(answer.json()["keys"]) == 2
    for key in answer.json()["keys"]:
        assert key.keys() == {"kty", "crv", "x", "y", "kid", "use", "alg"}
        assert (key["crv"], key["alg"]) == ("P-256", "ES256")
    assert answer["Cache-Control"] == "public, max-age=900"


def test_the_private_half_is_sealed() -> None:
    keys.published()
    for row in SigningKey.objects.all():
        assert b'"d"' not in bytes(row.sealed)
        assert "d" not in row.public


def test_a_rotation_breaks_nobody() -> None:
    before = _published()
    token = keys.signed({"sub": "x"})
    start = now()
    with time_machine.travel(start + keys.CACHED + timedelta(seconds=1)):
        done = keys.rotate(actor=SYSTEM)
        assert done.current in before  # everyone had it already
        assert done.retired == _kid(token)
        assert _published() == [*sorted(before, key=_published().index), done.next]
        assert keys.read_own(token)
        assert _kid(keys.signed({})) == done.current
        assert Entry.objects.filter(action="provider.keys_rotated").exists()
    with time_machine.travel(start + keys.CACHED + keys.LONGEST_TOKEN + timedelta(seconds=2)):
        assert done.retired not in _published()
        assert keys.read_own(token) is None


def test_the_next_key_does_not_sign_before_everyone_knows_it() -> None:
    keys.published()
    with pytest.raises(ConflictError):
        keys.rotate(actor=SYSTEM)


def test_a_leaked_key_is_not_believed_any_more() -> None:
    token = keys.signed({"sub": "x"})
    keys.rotate(actor=SYSTEM, at_once=True)
    assert _kid(token) not in _published()
    assert keys.read_own(token) is None


def test_a_retired_private_key_is_destroyed_at_the_next_rotation() -> None:
    first = keys.published()[0]["kid"]
    for turn in (1, 2, 3):
        with time_machine.travel(now() + turn * timedelta(hours=1)):
            keys.rotate(actor=SYSTEM)
    assert not SigningKey.objects.filter(kid=first).exists()
    assert SigningKey.objects.count() == 3


def test_a_hint_signed_by_another_is_nothing() -> None:
    stranger = ECKey.generate_key("P-256", {"kid": keys.published()[0]["kid"]})
    assert keys.read_own(jwt.encode({"alg": "ES256", "kid": stranger.kid}, {"sub": "x"}, stranger)) is None
    assert keys.read_own("") is None


def test_the_description_tells_what_is_enforced() -> None:
    """ASVS 10.5.3: its issuer is its address; a client that compares them cannot be fooled."""
    for path in ("/.well-known/openid-configuration", "/.well-known/oauth-authorization-server"):
        found = Browser().get(path).json()
        assert found["issuer"] == town.SITE
        assert found["code_challenge_methods_supported"] == ["S256"]
        assert found["response_types_supported"] == ["code"]
        assert found["subject_types_supported"] == ["pairwise"]
        assert found["id_token_signing_alg_values_supported"] == ["ES256"]
        assert found["authorization_response_iss_parameter_supported"] is True
        assert not {"password", "implicit"} & set(found["grant_types_supported"])
        for name, value in found.items():
            if name.endswith(("_endpoint", "jwks_uri")):
                assert value.startswith(f"{town.SITE}/openid/")
