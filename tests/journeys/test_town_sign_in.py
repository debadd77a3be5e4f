"""From a town's site and back in Chromium: no policy of ours stops the browser on the way."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlencode

import pytest
from django.conf import settings as configured
from playwright.sync_api import Browser
from pytest_django import DjangoDbBlocker

from tests.support import town
from tests.support.site import forget_everything, serving
from tests.support.town import Town

pytestmark = [pytest.mark.browser, pytest.mark.django_db]


class _Site(BaseHTTPRequestHandler):
    """The town's site: says hello whatever is asked."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write(b"<!doctype html><title>Ville</title><h1>Ville</h1>")

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
        """Say nothing."""


@dataclass(frozen=True)
class _Stage:
    parvis: str
    town: str
    client: Town

    def start(self, **changed: str) -> str:
        """The link on the town's page."""
        return f"{self.parvis}{town.AUTHORIZE}?{urlencode(self.client.params(redirect_uri=self.back, **changed))}"

    @property
    def back(self) -> str:
        return f"{self.town}/retour"


@pytest.fixture(scope="module")
def stage(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[_Stage]:
    site = ThreadingHTTPServer(("127.0.0.1", 0), _Site)
    threading.Thread(target=site.serve_forever, daemon=True).start()
    here = f"http://127.0.0.1:{site.server_port}"
    with pytest.MonkeyPatch.context() as patch, django_db_blocker.unblock():
        patch.setattr(configured, "WEBHOOKS_ALLOW_PRIVATE", True)
        try:
            town.person()
            made = town.registered(redirect_uris=[f"{here}/retour"], post_logout_redirect_uris=[f"{here}/au-revoir"])
            with serving() as parvis:
                patch.setattr(configured, "SITE_URL", parvis)
                yield _Stage(parvis, here, Town(made))
        finally:
            forget_everything()
            site.shutdown()
            site.server_close()


def test_there_and_back_then_out(stage: _Stage, browser: Browser) -> None:
    context = browser.new_context(locale="fr-FR")
    page = context.new_page()
    page.goto(stage.start())
    page.fill("[name=login]", "ines@exemple.example")
    page.fill("[name=password]", "un-mot-de-passe-long")
    page.click("form[action*=login] button[type=submit], form:has([name=password]) button[type=submit]")
    page.get_by_role("button", name="Accepter et continuer").click()
    page.wait_for_url(f"{stage.back}?*code=*")
    page.goto(stage.start())  # agreed already: no page on the way
    assert page.url.startswith(f"{stage.back}?code=")
    # Signed out and in again: the form of the sign-in page leads to the town itself.
    page.goto(f"{stage.parvis}/compte/logout/")
    page.locator("form[action*=logout] button[type=submit]").last.click()
    page.goto(stage.start())
    page.fill("[name=login]", "ines@exemple.example")
    page.fill("[name=password]", "un-mot-de-passe-long")
    page.click("form[action*=login] button[type=submit], form:has([name=password]) button[type=submit]")
    page.wait_for_url(f"{stage.back}?*code=*")
    asked = {"client_id": stage.client.made.client_id, "post_logout_redirect_uri": f"{stage.town}/au-revoir"}
    page.goto(f"{stage.parvis}{town.LOGOUT}?{urlencode(asked)}")
    page.locator("form[action*=quitter] button").click()
    page.wait_for_url(f"{stage.town}/au-revoir")
    context.close()
