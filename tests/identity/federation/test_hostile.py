"""Each lie of a provider is refused, explained and journaled. `test_honest` shows that the harness itself lets in."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client as Browser

from parvis.identity.models import Account
from parvis.ledger.models import Entry
from parvis_simulators.signin.provider import Provider
from tests.identity.federation.hostile import EXPECTED, Hostile
from tests.support import signin

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def liar(settings: Any) -> Iterator[type[Hostile]]:
    """A provider class of its own for each test: setting its attack reaches no other test."""
    model = type("OneLiar", (Hostile,), {})
    with signin.providers(settings, {"franceconnect": model}):
        yield model


def test_the_harness_lets_an_honest_provider_in(liar: type[Hostile]) -> None:
    answer = signin.come_back(Browser(), "franceconnect", "karim")
    assert answer.status_code == 302
    assert Account.objects.count() == 1


@pytest.mark.parametrize("attack", sorted(EXPECTED))
def test_an_attack_is_refused_explained_and_journaled(liar: type[Hostile], attack: str) -> None:
    liar.attack = attack
    browser = Browser()
    answer = signin.come_back(browser, "franceconnect", "karim")
    assert answer.status_code == 422
    assert "La connexion n’a pas abouti" in answer.content.decode()
    assert answer.context["code"] == EXPECTED[attack]
    assert "_auth_user_id" not in browser.session
    assert not Account.objects.exists()
    entry = Entry.objects.get(action="sign_in.refused")
    assert entry.subject == "provider:franceconnect"
    assert EXPECTED[attack] in str(entry.details)


@pytest.mark.parametrize("kind", ["franceconnect-plus"])
def test_an_encrypted_token_written_for_another_is_refused(settings: Any, kind: str) -> None:
    class ForAnother(Provider):
        def sealed(self, token: str) -> str:
            honest = self.client
            self.client = type(honest)("un-autre-client", honest.secret, honest.redirect_uri, honest.encryption_key)
            try:
                return super().sealed(token)
            finally:
                self.client = honest

    with signin.providers(settings, {kind: ForAnother}):
        assert signin.come_back(Browser(), kind, "karim").context["code"] == "encryption_not_for_us"


def test_a_token_that_should_be_encrypted_and_is_not_is_refused(settings: Any) -> None:
    class Clear(Provider):
        def sealed(self, token: str) -> str:
            return token

    with signin.providers(settings, {"franceconnect-plus": Clear}):
        assert signin.come_back(Browser(), "franceconnect-plus", "karim").context["code"] == "encryption_wrong"
