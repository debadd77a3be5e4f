"""A passkey kept and used in Chromium, with the browser's virtual authenticator."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.sessions.models import Session
from playwright.sync_api import Browser, CDPSession, Page
from pytest_django import DjangoDbBlocker

from parvis.core.actor import SYSTEM
from parvis.identity import commands
from parvis.identity.federation import sessions
from tests.support.site import forget_everything, serving

pytestmark = [pytest.mark.browser, pytest.mark.django_db]
INES, PAUL, PASSWORD = "ines@exemple.example", "paul@exemple.example", "un-mot-de-passe-long"
DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture(scope="module")
def address(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    """Passkeys belong to a name, not to a number: `localhost`, as in the tests' settings."""
    with django_db_blocker.unblock():
        for email in (INES, PAUL):  # one a test: what the browser commits stays until the end
            commands.register_account(email=email, password=PASSWORD, actor=SYSTEM)
        try:
            with serving() as url:
                yield url.replace("127.0.0.1", "localhost")
        finally:
            forget_everything()


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    context = browser.new_context(base_url=address, locale="fr-FR")
    yield context.new_page()
    context.close()


@pytest.fixture
def device(page: Page) -> tuple[CDPSession, str]:
    cdp = page.context.new_cdp_session(page)
    cdp.send("WebAuthn.enable")
    return cdp, cdp.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})["authenticatorId"]


def sign_in_by_password(page: Page, email: str) -> None:
    page.goto("/compte/login/")
    page.fill("[name=login]", email)
    page.fill("[name=password]", PASSWORD)
    page.click("form:has([name=login]) button")
    page.wait_for_url(lambda url: "/login/" not in url)


def arrive(page: Page, path: str) -> None:
    page.wait_for_url(lambda url: urlsplit(url).path == path)


def keep_a_passkey(page: Page, email: str) -> None:
    sign_in_by_password(page, email)
    page.goto("/compte/2fa/webauthn/add/")
    page.fill("[name=password]", PASSWORD)  # changing what opens the account asks for it again
    page.click("main form button")
    page.wait_for_url("**/webauthn/add/")
    page.fill("[name=name]", "Mon téléphone")
    page.click("form[data-passkey] button")
    page.wait_for_url("**/recovery-codes/")


def axes(page: Page) -> Any:
    (cookie,) = (one for one in page.context.cookies() if one["name"] == settings.SESSION_COOKIE_NAME)
    return sessions.axes_of(Session.objects.get(session_key=cookie["value"]).get_decoded())  # type: ignore[arg-type]


def test_a_passkey_is_kept_then_opens_the_account_alone(page: Page, device: tuple[CDPSession, str]) -> None:
    keep_a_passkey(page, INES)
    assert Authenticator.objects.get(type="webauthn", user__email=INES).wrap().name == "Mon téléphone"
    page.context.clear_cookies()
    page.goto("/compte/login/?next=/mon-espace/")
    page.click("form[data-passkey] button")
    arrive(page, "/mon-espace/")
    assert axes(page).authentication == 2
    page.goto("/compte/2fa/webauthn/reauthenticate/?next=/mon-espace/")
    page.click("form[data-passkey] button")
    arrive(page, "/mon-espace/")
    page.context.clear_cookies()
    sign_in_by_password(page, INES)
    page.wait_for_url("**/2fa/authenticate/**")
    page.click("form[data-passkey] button")
    page.wait_for_url(lambda url: "2fa" not in url)
    assert axes(page).authentication == 2


def test_a_device_that_did_not_check_its_owner_is_refused(page: Page, device: tuple[CDPSession, str]) -> None:
    keep_a_passkey(page, PAUL)
    page.context.clear_cookies()
    cdp, name = device
    cdp.send("WebAuthn.setUserVerified", {"authenticatorId": name, "isUserVerified": False})
    page.goto("/compte/login/")
    page.click("form[data-passkey] button")
    page.wait_for_selector(".passkey-failed:not([hidden])")
    page.goto("/mon-espace/")
    assert "/compte/login/" in page.url


def test_without_a_device_the_page_says_so_and_stays(page: Page) -> None:
    cdp = page.context.new_cdp_session(page)
    cdp.send("WebAuthn.enable")
    page.goto("/compte/login/")
    page.route("**/webauthn/login/", lambda route: route.fulfill(status=429))
    page.click("form[data-passkey] button")
    page.wait_for_selector(".passkey-failed:not([hidden])")
    assert page.evaluate("document.activeElement.matches('.passkey-failed')")
