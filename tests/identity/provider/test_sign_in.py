"""A person signs in to a town's site with their account: what is asked of them, and what leaves."""

import json
import time
from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest
import time_machine
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.test import Client as Browser
from django.urls import reverse

from parvis.core.actor import SYSTEM
from parvis.core.clock import now
from parvis.identity.commands import block_account
from parvis.identity.models import Account
from parvis.identity.provider.models import Consent, Pseudonym
from parvis.ledger.models import Entry
from tests.support import town
from tests.support.town import Town, error_of

pytestmark = pytest.mark.django_db
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
ESSENTIAL = json.dumps({"id_token": {"acr": {"essential": True, "values": ["eidas0-mfa"]}}})


def _codes(answer: Any) -> str:
    return str(answer.content.decode())


def test_the_whole_way(rennes: Town, browser: Browser, ines: Account) -> None:
    back = rennes.sign_in(browser)
    assert back["state"] == "etat"
    assert back["iss"] == town.SITE
    answer = rennes.exchange(back["code"])
    assert "no-store" in answer["Cache-Control"]
    tokens = answer.json()
    assert tokens["token_type"] == "Bearer"
    assert "refresh_token" not in tokens  # nobody agreed that the town comes back without the person
    claims = town.claims(tokens["id_token"])
    assert claims.keys() == {
        *("iss", "sub", "aud", "iat", "exp", "auth_time", "acr", "amr", "sid", "at_hash", "nonce"),
    }
    assert (claims["aud"], claims["nonce"], claims["amr"]) == (rennes.made.client_id, "nonce", ["pwd"])
    assert claims["acr"] == "eidas0"  # a password says nothing of who the person is
    assert claims["sub"] == Pseudonym.objects.get(account=ines).sub
    assert rennes.userinfo(tokens["access_token"]).json() == {"sub": claims["sub"]}
    said = rennes.inspect(tokens["access_token"])
    assert (said["active"], said["sub"], said["acr"]) == (True, claims["sub"], "eidas0")
    assert said["auth_time"] == claims["auth_time"]


def test_a_visitor_signs_in_on_the_way(rennes: Town, ines: Account) -> None:
    browser = Browser()
    place = rennes.ask(browser)["Location"]
    assert browser.get(place)["Location"].startswith("/compte/login/?next=%2Fcompte%2Fvilles%2F")
    signed = browser.post(
        browser.get(place)["Location"], {"login": "ines@exemple.example", "password": "un-mot-de-passe-long"}
    )
    assert signed["Location"] == place
    assert "code" in browser.post(place, {"reponse": "accepter"})["Location"]


def test_the_consent_page_names_the_town_the_data_and_the_reason(rennes: Town, browser: Browser) -> None:
    """ASVS 10.7.1 to 10.7.3."""
    page = _codes(browser.get(rennes.ask(browser, scope="openid email profile")["Location"]))
    for said in ("Ville de Rennes", "ines@exemple.example", "Inès", "Le Bihan", "espace famille"):
        assert said in page
    page = _codes(browser.get(rennes.ask(browser)["Location"]))
    assert "ines@exemple.example" not in page
    assert "90 jours" not in page
    assert "90 jours" in _codes(browser.get(rennes.ask(browser, scope="openid offline_access")["Location"]))


def test_nothing_more_leaves_than_what_was_agreed(rennes: Town, browser: Browser) -> None:
    tokens = rennes.tokens(browser, scope="openid email")
    told = rennes.userinfo(tokens["access_token"]).json()
    assert told.keys() == {"sub", "email", "email_verified"}
    # Agreeing once does not agree to more: the page comes back for what is new.
    assert error_of(rennes.ask(browser, scope="openid profile", prompt="none")) == "consent_required"
    assert "code" in rennes.ask(browser, scope="openid email", prompt="none")["Location"]


def test_an_address_nobody_proved_does_not_leave(rennes: Town, browser: Browser, ines: Account) -> None:
    ines.emailaddress_set.update(verified=False)  # type: ignore[attr-defined] # allauth ships no types
    tokens = rennes.tokens(browser, scope="openid email")
    assert rennes.userinfo(tokens["access_token"]).json().keys() == {"sub"}


def test_a_refusal_leaves_nothing_behind_but_the_journal(rennes: Town, browser: Browser, ines: Account) -> None:
    assert rennes.sign_in(browser, answer_with="refuser")["error"] == "access_denied"
    assert not Pseudonym.objects.exists()
    entry = Entry.objects.get(action="provider.consented", about=ines.id)
    assert entry.outcome == "refused"


def test_consent_link_and_what_left_are_in_the_journal(rennes: Town, browser: Browser, ines: Account) -> None:
    rennes.userinfo(rennes.tokens(browser, scope="openid email")["access_token"])
    written = list(Entry.objects.filter(about=ines.id, action__startswith="provider.").values_list("action", flat=True))
    for action in ("provider.consented", "provider.linked", "provider.claims_sent"):
        assert action in written


def test_the_person_reads_what_left_among_the_acts_on_their_data(rennes: Town, browser: Browser) -> None:
    rennes.userinfo(rennes.tokens(browser)["access_token"])
    page = browser.get(reverse("consultations")).content.decode()
    assert "Données envoyées à un site relié" in page
    assert "Ville de Rennes" in page


def test_without_a_page(rennes: Town, browser: Browser) -> None:
    assert error_of(rennes.ask(Browser(), prompt="none")) == "login_required"
    assert error_of(rennes.ask(browser, prompt="none")) == "consent_required"
    rennes.sign_in(browser)
    assert "code=" in rennes.ask(browser, prompt="none")["Location"]
    essential = rennes.ask(browser, prompt="none", claims=ESSENTIAL)
    assert error_of(essential) == "unmet_authentication_requirements"
    assert "code=" in rennes.ask(browser, prompt="none", acr_values="eidas0-mfa")["Location"]  # wished, not essential
    with patch("time.time", return_value=time.time() + 120):
        assert error_of(rennes.ask(browser, prompt="none", max_age="60")) == "login_required"
        assert "code=" in rennes.ask(browser, prompt="none", max_age="900")["Location"]


def test_consent_is_asked_again_on_demand(rennes: Town, browser: Browser) -> None:
    rennes.sign_in(browser)
    place = rennes.ask(browser, prompt="consent")["Location"]
    assert browser.get(place).status_code == 200
    assert "code=" in browser.post(place, {"reponse": "accepter"})["Location"]


@pytest.mark.parametrize("changed", [{"prompt": "login"}, {"max_age": "60"}, {"max_age": "0"}])
def test_a_recent_proof_is_asked_of_the_person(rennes: Town, browser: Browser, changed: dict[str, str]) -> None:
    rennes.sign_in(browser)
    with time_machine.travel(now() + timedelta(minutes=2)):
        place = rennes.ask(browser, **changed)["Location"]
        page = browser.get(place)
        assert "il y a trop longtemps" in _codes(page)
        # Saying yes does not replace the proof.
        assert "il y a trop longtemps" in _codes(browser.post(place, {"reponse": "continuer"}))
        again = browser.post(f"/compte/reauthenticate/?next={place}", {"password": "un-mot-de-passe-long"})
        assert again["Location"] == place
        back = browser.get(place)["Location"]
        assert "code=" in back
        code = back.partition("code=")[2].partition("&")[0]
        claims = town.claims(rennes.exchange(code).json()["id_token"])
        assert claims["auth_time"] <= int(time.time())
        if "max_age" in changed:
            assert claims["auth_time"] >= int(time.time()) - max(int(changed["max_age"]), 5)


def test_an_essential_level_is_proved_or_refused(rennes: Town, browser: Browser, ines: Account) -> None:
    """ASVS 10.3.4: never a lower level than asked, said to be enough."""
    TOTP.activate(ines, SECRET)
    place = rennes.ask(browser, claims=ESSENTIAL)["Location"]
    page = _codes(browser.get(place))
    assert "Un mot de passe ne suffit pas" in page
    assert "Continuer sans" not in page
    assert "Un mot de passe ne suffit pas" in _codes(browser.post(place, {"reponse": "continuer"}))
    assert "Un mot de passe ne suffit pas" in _codes(browser.post(place, {"reponse": "accepter"}))
    assert error_of(browser.post(place, {"reponse": "renoncer"})) == "unmet_authentication_requirements"
    place = rennes.ask(browser, claims=ESSENTIAL)["Location"]
    browser.get(place)
    before = browser.session.session_key
    _prove(browser, place)
    back = browser.post(place, {"reponse": "accepter"})["Location"]
    assert browser.session.session_key != before
    code = back.partition("code=")[2].partition("&")[0]
    claims = town.claims(rennes.exchange(code).json()["id_token"])
    assert (claims["acr"], claims["amr"]) == ("eidas0-mfa", ["pwd", "otp", "mfa"])


def _prove(browser: Browser, place: str) -> None:
    counter = next(iter(yield_hotp_counters_from_time()))
    code = format_hotp_value(hotp_value(SECRET, counter))
    answer = browser.post(f"/compte/2fa/reauthenticate/?next={place}", {"code": code})
    assert answer["Location"] == place


def test_a_wished_level_may_be_done_without(rennes: Town, browser: Browser) -> None:
    place = rennes.ask(browser, acr_values="eidas2")["Location"]
    assert "Continuer sans" in _codes(browser.get(place))
    assert "Ville de Rennes" in _codes(browser.post(place, {"reponse": "continuer"}))
    back = browser.post(place, {"reponse": "accepter"})["Location"]
    code = back.partition("code=")[2].partition("&")[0]
    assert town.claims(rennes.exchange(code).json()["id_token"])["acr"] == "eidas0"


def test_a_client_has_its_own_least_level(browser: Browser) -> None:
    strict = Town(town.registered(min_acr="eidas1"))
    assert error_of(strict.ask(browser, prompt="none")) == "unmet_authentication_requirements"
    assert error_of(strict.ask(browser, prompt="none", acr_values="eidas0")) == "unmet_authentication_requirements"


def test_a_client_that_expects_someone_else_gets_nobody(rennes: Town, browser: Browser) -> None:
    hint = rennes.tokens(browser)["id_token"]
    assert "code=" in rennes.ask(browser, prompt="none", id_token_hint=hint)["Location"]
    town.person("karim")
    karim = town.signed_in("karim")
    rennes.sign_in(karim)
    assert error_of(rennes.ask(karim, prompt="none", id_token_hint=hint)) == "login_required"
    assert error_of(rennes.ask(karim, prompt="none", id_token_hint="faux")) == "login_required"
    wanted = json.dumps({"id_token": {"sub": {"value": town.claims(hint)["sub"]}}})
    assert error_of(rennes.ask(karim, prompt="none", claims=wanted)) == "login_required"


def test_a_blocked_account_signs_in_nowhere(rennes: Town, browser: Browser, ines: Account) -> None:
    tokens = rennes.tokens(browser, scope="openid offline_access")
    code = rennes.sign_in(browser)["code"]
    block_account(account=ines.id, why="essai", actor=SYSTEM)
    assert rennes.userinfo(tokens["access_token"]).status_code == 401
    assert not rennes.inspect(tokens["access_token"])["active"]
    assert error_of(rennes.refresh(tokens["refresh_token"])) == "invalid_grant"
    assert error_of(rennes.exchange(code)) == "invalid_grant"
    assert error_of(rennes.ask(browser, prompt="none")) == "login_required"


def test_tokens_die_with_the_account_however_it_was_closed(rennes: Town, browser: Browser, ines: Account) -> None:
    tokens = rennes.tokens(browser, scope="openid offline_access")
    code = rennes.sign_in(browser)["code"]
    Account.objects.filter(id=ines.id).update(is_active=False)
    assert rennes.userinfo(tokens["access_token"]).status_code == 401
    assert error_of(rennes.refresh(tokens["refresh_token"])) == "invalid_grant"
    assert error_of(rennes.exchange(code)) == "invalid_grant"


def test_one_consent_at_a_time(rennes: Town, browser: Browser, ines: Account) -> None:
    rennes.sign_in(browser)
    rennes.sign_in(browser, scope="openid email")
    live = Consent.objects.get(account=ines, withdrawn_at=None)
    assert live.scopes == ["email", "openid"]
    assert Pseudonym.objects.filter(account=ines).count() == 1
