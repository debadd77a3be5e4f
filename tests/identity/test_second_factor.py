import time
from typing import Any

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.test import Client as Browser
from django.urls import reverse

from parvis.core.actor import SYSTEM
from parvis.identity import commands
from parvis.identity.federation import sessions

pytestmark = pytest.mark.django_db
EMAIL, PASSWORD = "ines@exemple.example", "un-mot-de-passe-long"


def _sign_in() -> tuple[Browser, Any]:
    browser = Browser()
    return browser, browser.post(reverse("account_login"), {"login": EMAIL, "password": PASSWORD})


def _code(secret: str) -> str:
    code: str = format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time()))))
    return code


@pytest.fixture
def secret() -> str:
    """Activate a second factor through the pages; give its key."""
    commands.register_account(email=EMAIL, password=PASSWORD, actor=SYSTEM)
    browser, _ = _sign_in()
    browser.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    shown: str = browser.get(reverse("mfa_activate_totp")).context["form"].secret
    answer = browser.post(reverse("mfa_activate_totp"), {"code": _code(shown)})
    assert answer.status_code == 302
    return shown


def test_a_password_alone_no_longer_opens_the_account(secret: str) -> None:
    browser, answer = _sign_in()
    assert answer["Location"].startswith(reverse("mfa_authenticate"))
    assert "_auth_user_id" not in browser.session


def test_a_code_opens_it_once_at_level_two(secret: str) -> None:
    with time_machine.travel(time.time() + 60, tick=False):
        code = _code(secret)
        for opened in (True, False):
            browser, _ = _sign_in()
            browser.post(reverse("mfa_authenticate"), {"code": code})
            assert ("_auth_user_id" in browser.session) is opened
            if opened:
                assert sessions.axes_of(browser.session).authentication == 2


def test_a_wrong_code_is_refused_with_our_words(secret: str) -> None:
    browser, _ = _sign_in()
    answer = browser.post(reverse("mfa_authenticate"), {"code": "000000"})
    assert answer.status_code == 422
    assert "Attendez le suivant" in answer.content.decode()
    assert "_auth_user_id" not in browser.session


def test_a_recovery_code_opens_it_once(secret: str) -> None:
    code = Authenticator.objects.get(type="recovery_codes").wrap().get_unused_codes()[0]
    for opened in (True, False):
        browser, _ = _sign_in()
        browser.post(reverse("mfa_authenticate"), {"code": code})
        assert ("_auth_user_id" in browser.session) is opened


def test_the_key_is_sealed_in_the_database(secret: str) -> None:
    assert secret not in str(list(Authenticator.objects.values_list("data", flat=True)))


@pytest.mark.parametrize(
    "page", ["mfa_index", "mfa_view_recovery_codes", "mfa_generate_recovery_codes", "mfa_deactivate_totp"]
)
def test_its_pages_answer_in_our_skin(secret: str, page: str) -> None:
    browser, _ = _sign_in()
    browser.post(reverse("mfa_authenticate"), {"code": _recovery()})
    answer = browser.get(reverse(page), follow=True)
    assert answer.status_code == 200
    assert 'class="skip' in answer.content.decode() or "page-header" in answer.content.decode()


def _recovery() -> str:
    codes: list[str] = Authenticator.objects.get(type="recovery_codes").wrap().get_unused_codes()
    return codes[0]
