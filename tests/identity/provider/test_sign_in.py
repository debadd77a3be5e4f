"""A person signs in to a town's site with their account: the whole way, and each page of it."""

import pytest
from django.test import Client as Browser

from parvis.identity.models import Account, Pseudonym
from tests.support import town
from tests.support.town import Town

pytestmark = pytest.mark.django_db


def test_the_whole_way(rennes: Town, browser: Browser, ines: Account) -> None:
    back = rennes.sign_in(browser)
    assert back["state"] == "etat"
    assert back["iss"] == town.SITE
    tokens = rennes.exchange(back["code"]).json()
    assert tokens["token_type"] == "Bearer"
    assert "refresh_token" not in tokens  # nobody agreed that the town comes back without the person
    claims = town.claims(tokens["id_token"])
    assert claims["aud"] == rennes.made.client_id
    assert claims["nonce"] == "nonce"
    assert claims["acr"] == "eidas0"  # a password says nothing of who the person is
    assert claims["sub"] == Pseudonym.objects.get(account=ines).sub
    assert rennes.userinfo(tokens["access_token"]).json() == {"sub": claims["sub"]}
    said = rennes.inspect(tokens["access_token"])
    assert said["active"]
    assert {"sub": said["sub"], "acr": said["acr"]} == {"sub": claims["sub"], "acr": claims["acr"]}
