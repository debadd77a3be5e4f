"""The stage of the browser tests: the database filled and committed once a file, and Parvis served from it."""

from collections.abc import Callable, Iterator

import pytest
from django.conf import settings
from playwright.sync_api import Browser, BrowserContext
from pytest_django import DjangoDbBlocker

from tests.journeys.scenes import Stage, set_stage
from tests.support.site import forget_everything, serving

NewContext = Callable[..., BrowserContext]
# Without motion: what the keyboard reaches is looked at at once, not at the end of a smooth scroll.
PLAIN = {"locale": "fr-FR", "reduced_motion": "reduce"}


@pytest.fixture(scope="module")
def stage(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Stage]:
    """Committed, since the server reads it through connections of its own; everything is removed at the end.

    Tests are marked django_db all the same: without a mark, pytest-django makes no test database.
    """
    with django_db_blocker.unblock():
        try:
            yield set_stage()
        finally:
            forget_everything()


@pytest.fixture(scope="module")
def address(stage: Stage) -> Iterator[str]:
    with serving() as url:
        yield url


@pytest.fixture
def visitor(browser: Browser, address: str, stage: Stage) -> Iterator[NewContext]:
    """Open a fresh browsing context: signed in as someone of the stage or not, with any option of Playwright's."""
    opened: list[BrowserContext] = []

    def visit(who: str = "", **options: object) -> BrowserContext:
        opened.append(_context(browser, address, stage.sessions.get(who, ""), options))
        return opened[-1]

    yield visit
    for context in opened:
        context.close()


@pytest.fixture(scope="module")
def regular(browser: Browser, address: str, stage: Stage) -> Iterator[NewContext]:
    """The same for a test that changes nothing: one context a person and language, its style sheets already there."""
    opened: dict[tuple[str, str], BrowserContext] = {}

    def visit(who: str = "", locale: str = "fr-FR") -> BrowserContext:
        if (who, locale) not in opened:
            opened[who, locale] = _context(browser, address, stage.sessions.get(who, ""), {"locale": locale})
        return opened[who, locale]

    yield visit
    for context in opened.values():
        context.close()


def _context(browser: Browser, address: str, session: str, options: dict[str, object]) -> BrowserContext:
    context = browser.new_context(**{**PLAIN, "base_url": address, **options})  # type: ignore[arg-type]
    if session:
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": address}])
    return context
