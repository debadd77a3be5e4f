"""Passwords, sessions and recovery: the lines of ASVS 5 (V6, V7) that no other test proves (docs/security/asvs.md)."""

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value, yield_hotp_counters_from_time
from axes.models import AccessAttempt
from django.core import mail
from django.core.cache import cache
from django.test import Client as Browser
from django.urls import reverse

from parvis.cli import _run
from parvis.core.actor import SYSTEM
from parvis.core.clock import now
from parvis.core.errors import AbsentError
from parvis.core.ids import new_id
from parvis.identity import commands, retention
from parvis.identity.models import Account, OpenSession
from parvis.identity.password_rules import WORDS
from tests.architecture.sources import ROOT
from tests.support import town

pytestmark = pytest.mark.django_db
PASSWORD, NEW = "un-mot-de-passe-long", "Une phrase à moi ☂ que nul ne devine"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@pytest.fixture
def ines() -> Account:
    return town.person()


@pytest.fixture
def browser(ines: Account) -> Browser:
    return town.signed_in()


def _sign_in(password: str) -> Any:
    cache.clear()
    return Browser().post("/compte/login/", {"login": "ines@exemple.example", "password": password})


def _change(browser: Browser, old: str, new: str) -> Any:
    return browser.post(reverse("account_change_password"), {"oldpassword": old, "password1": new, "password2": new})


def test_a_password_is_changed_by_who_knows_it(browser: Browser) -> None:
    """6.2.2, 6.2.3."""
    assert _change(browser, "faux", NEW).status_code == 422
    assert _change(browser, PASSWORD, NEW).status_code == 302
    assert _sign_in(PASSWORD).status_code != 302
    assert _sign_in(NEW).status_code == 302


@pytest.mark.parametrize("password", [NEW, "x-" * 64, "minuscules seulement et espaces", "   ☃☃☃ trois neiges ☃☃☃   "])
def test_any_composition_and_length_kept_as_typed(browser: Browser, password: str) -> None:
    """6.2.5, 6.2.8, 6.2.9: nothing is cut, trimmed or put in another case."""
    assert _change(browser, PASSWORD, password).status_code == 302
    assert _sign_in(password).status_code == 302
    for other in (password[:-1], password.swapcase(), password.strip() if password != password.strip() else ""):
        if other not in ("", password):
            assert _sign_in(other).status_code != 302


@pytest.mark.parametrize(
    "password", ["Mairie-Parvis-2026", "recensementcitoyen1", "Préfecture!Service!", "azerty123456"]
)
def test_expected_words_make_no_password(browser: Browser, password: str) -> None:
    """6.2.11, with the list of docs/security/accounts.md."""
    answer = _change(browser, PASSWORD, password)
    assert answer.status_code == 422
    assert "mots attendus" in answer.content.decode() or "trop courant" in answer.content.decode()


def test_the_list_of_words_is_documented() -> None:
    """6.1.2."""
    text = (ROOT / "docs/security/accounts.md").read_text()
    assert [word for word in WORDS if word not in text] == []


def test_common_and_short_passwords_are_refused(browser: Browser) -> None:
    """6.2.1, 6.2.4."""
    for password in ("court-mais", "password1234", "123456789012"):
        assert _change(browser, PASSWORD, password).status_code == 422


def test_fields_are_masked_and_let_managers_help() -> None:
    """6.2.6, 6.2.7."""
    page = Browser().get("/compte/login/").content.decode()
    (field,) = re.findall(r"<input[^>]*name=\"password\"[^>]*>", page)
    assert 'type="password"' in field
    assert 'autocomplete="current-password"' in field
    assert "onpaste" not in page


def test_no_account_exists_by_itself() -> None:
    """6.3.2."""
    assert not Account.objects.exists()


def test_a_reset_does_not_replace_the_second_factor(ines: Account) -> None:
    """6.4.1, 6.4.3: the link serves once, and whoever has the mail still lacks the factor."""
    TOTP.activate(ines, SECRET)
    Browser().post("/compte/password/reset/", {"email": "ines@exemple.example"})
    (link,) = re.findall(r"/compte/password/reset/key/\S+", str(mail.outbox[-1].body))
    browser = Browser()
    place = browser.get(link)["Location"]
    assert browser.post(place, {"password1": NEW, "password2": NEW}).status_code == 302
    assert "_auth_user_id" not in browser.session
    after = _sign_in(NEW)
    assert after["Location"].startswith("/compte/2fa/authenticate/")
    assert Browser().get(link).status_code == 200  # used: the page says so, and sends nowhere
    assert "mfa" not in link


def test_a_code_is_over_with_its_half_minute(ines: Account) -> None:
    """6.5.5."""
    TOTP.activate(ines, SECRET)
    code = format_hotp_value(hotp_value(SECRET, next(iter(yield_hotp_counters_from_time()))))
    with time_machine.travel(now() + timedelta(seconds=61)):
        browser = Browser()
        browser.post("/compte/login/", {"login": "ines@exemple.example", "password": PASSWORD})
        assert browser.post("/compte/2fa/authenticate/", {"code": code}).status_code == 422


def test_guessing_codes_stops_after_five(ines: Account) -> None:
    """6.5.4, 6.6.3: whoever has the password does not try a million codes."""
    TOTP.activate(ines, SECRET)
    browser = Browser()
    browser.post("/compte/login/", {"login": "ines@exemple.example", "password": PASSWORD})
    for _ in range(5):
        assert browser.post("/compte/2fa/authenticate/", {"code": "000000"}).status_code == 422
    code = format_hotp_value(hotp_value(SECRET, next(iter(yield_hotp_counters_from_time()))))
    answer = browser.post("/compte/2fa/authenticate/", {"code": code})
    assert answer.status_code == 422
    assert "Trop d’essais" in answer.content.decode()


def test_no_code_by_mail_or_telephone_opens_an_account(settings: Any) -> None:
    """6.6.1 to 6.6.3 do not apply: there is no such way in."""
    assert not getattr(settings, "ACCOUNT_LOGIN_BY_CODE_ENABLED", False)
    assert Browser().get("/compte/login/code/confirm/").status_code == 302
    assert set(settings.MFA_SUPPORTED_TYPES) == {"totp", "webauthn", "recovery_codes"}


def test_the_session_is_a_long_random_name_known_to_the_server_only(browser: Browser) -> None:
    """7.2.1 to 7.2.3: 32 characters out of 36, 165 bits."""
    assert len(browser.session.session_key or "") == 32
    browser.cookies["parvis"] = "a" * 32
    assert browser.get("/compte/villes/").status_code == 302


def test_a_session_that_was_left_cannot_be_resumed(browser: Browser) -> None:
    """7.4.1."""
    key = str(browser.session.session_key)
    browser.post("/compte/logout/")
    other = Browser()
    other.cookies["parvis"] = key
    assert other.get("/compte/villes/")["Location"].startswith("/compte/login/")


def test_private_pages_are_not_kept_by_the_browser(browser: Browser) -> None:
    """7.4.1: the back button shows nothing."""
    for place in ("/compte/villes/", "/compte/appareils/"):
        assert "no-store" in browser.get(place)["Cache-Control"]


def test_a_new_password_ends_every_other_session(browser: Browser) -> None:
    """7.4.3."""
    other = town.signed_in()
    _change(browser, PASSWORD, NEW)
    assert other.get("/compte/villes/").status_code == 302
    assert browser.get("/compte/villes/").status_code == 200


def test_signing_out_is_on_every_page(browser: Browser) -> None:
    """7.4.4."""
    for place in ("/", "/compte/villes/", "/compte/appareils/", "/connexion/identites/"):
        assert reverse("account_logout") in browser.get(place).content.decode()


def test_operators_end_the_sessions_of_one_or_of_all(browser: Browser, capsys: pytest.CaptureFixture[str]) -> None:
    """7.4.2, 7.4.5."""
    town.person("karim")
    karim = town.signed_in("karim")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("parvis.cli.registry.ready", lambda: None)
        for one in (browser, karim):
            assert one.get("/compte/villes/").status_code == 200
        assert _run("account", ["sign-out", "ines@exemple.example"]) == 0
        assert browser.get("/compte/villes/").status_code == 302
        assert karim.get("/compte/villes/").status_code == 200
        assert _run("account", ["sign-out", "--all"]) == 0
        assert karim.get("/compte/villes/").status_code == 302
        back = town.signed_in()
        assert back.get("/compte/villes/").status_code == 200
        assert _run("account", ["block", "ines@exemple.example", "--why", "essai"]) == 0
        assert back.get("/compte/villes/").status_code == 302
        assert _sign_in(PASSWORD)["Location"] == "/compte/inactive/"
        assert _run("account", ["unblock", "ines@exemple.example"]) == 0
    assert _sign_in(PASSWORD)["Location"] != "/compte/inactive/"
    assert not OpenSession.objects.filter(account__email="karim@exemple.example").exists()


def test_what_opens_the_account_is_changed_after_a_new_proof_only(browser: Browser) -> None:
    """7.5.1: address, second factor, passkeys."""
    with time_machine.travel(now() + timedelta(minutes=20)):
        for place in ("/compte/2fa/totp/activate/", "/compte/2fa/webauthn/add/", "/compte/email/"):
            answer = browser.get(place)
            if place == "/compte/email/" and answer.status_code == 200:
                answer = browser.post(place, {"action_add": "", "email": "autre@exemple.example"})
            assert answer["Location"].startswith("/compte/reauthenticate/"), place


def test_other_sessions_are_ended_after_a_new_proof_only(browser: Browser) -> None:
    """7.5.2."""
    other = town.signed_in()
    assert other.get("/compte/villes/").status_code == 200
    with time_machine.travel(now() + timedelta(minutes=20)):
        assert browser.post("/compte/appareils/")["Location"].startswith("/compte/reauthenticate/")
    assert OpenSession.objects.count() == 2
    browser.post("/compte/appareils/")
    assert other.get("/compte/villes/").status_code == 302


def test_no_session_opens_because_another_site_asked() -> None:
    """7.6.2: a provider may answer without a page; somebody must have asked here."""
    answer = Browser().get("/connexion/proconnect/", headers={"Sec-Fetch-Site": "cross-site"})
    assert answer["Location"] == "/compte/login/"


def test_attempts_and_notices_leave_with_their_time(ines: Account, settings: Any) -> None:
    _sign_in("faux")
    assert AccessAttempt.objects.count() == 1
    retention.purge()
    assert AccessAttempt.objects.count() == 1
    with time_machine.travel(now() + timedelta(days=settings.ATTEMPTS_KEPT_DAYS, hours=1)):
        retention.purge()
    assert not AccessAttempt.objects.exists()


def test_rights_nobody_blocks_an_account_that_does_not_exist() -> None:
    with pytest.raises(AbsentError):
        commands.block_account(account=new_id(), why="essai", actor=SYSTEM)
