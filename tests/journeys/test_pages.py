"""Every page, in every state, looked at by a browser: accessible, styled, silent, usable by keyboard and narrow."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page

from tests.journeys import checks
from tests.journeys.conftest import NewContext
from tests.journeys.scene import Scene
from tests.journeys.scenes import SCENES, Stage

pytestmark = [pytest.mark.browser, pytest.mark.axe, pytest.mark.django_db]

ALL = [pytest.param(scene, id=scene.name) for scene in SCENES]
# What other words may break: names left empty, texts too long.
WORDED = ("button-name", "link-name", "label", "select-name", "image-alt", "empty-heading", "document-title")
SPOKEN = [pytest.param(scene, id=scene.name) for scene in SCENES if not scene.name.startswith("style")]
FAILING = [pytest.param(scene, id=scene.name) for scene in SCENES if scene.sends]


@pytest.fixture
def page(regular: NewContext, request: pytest.FixtureRequest) -> Iterator[Page]:
    scene: Scene = request.getfixturevalue("scene")
    opened = regular(scene.who, *getattr(request, "param", ())).new_page()
    yield opened
    opened.close()


def everything(page: Page, seen: checks.Seen) -> list[str]:
    """Look at the page as it is, in the dark, then on the narrowest screen, with the text spaced out last."""
    found = [*checks.axe(page), *checks.styled(page, "light"), *checks.keyboard(page)]
    page.emulate_media(color_scheme="dark")
    found += [*checks.axe(page, "color-contrast"), *checks.styled(page, "dark")]  # only colours change in the dark
    page.emulate_media(color_scheme="light")
    page.set_viewport_size(checks.NARROW)
    found += [*checks.axe(page), *checks.fits(page)]
    checks.space_out(page)
    found += checks.fits(page)
    return found + seen.problems()


@pytest.mark.parametrize("scene", ALL)
def test_page(page: Page, stage: Stage, scene: Scene) -> None:
    seen = checks.Seen(page, allowed={scene.status})
    answer = page.goto(stage.path(scene))
    assert answer
    assert answer.status == scene.status
    assert everything(page, seen) == []


@pytest.mark.parametrize("scene", FAILING)
def test_page_with_errors(page: Page, stage: Stage, scene: Scene) -> None:
    seen = checks.Seen(page, allowed={422})
    page.goto(stage.path(scene))
    with page.expect_navigation() as navigation:
        page.click("main form .action-bar button")
    assert navigation.value
    assert navigation.value.status == 422
    assert page.title().startswith("Erreur\N{NO-BREAK SPACE}:")
    assert page.evaluate("document.activeElement.matches('.error-summary')")
    assert everything(page, seen) == []


@pytest.mark.parametrize("page", [("en-GB",)], indirect=True, ids=["en"])
@pytest.mark.parametrize("scene", SPOKEN)
def test_page_in_english(page: Page, stage: Stage, scene: Scene) -> None:
    seen = checks.Seen(page, allowed={scene.status})
    page.goto(stage.path(scene))
    assert page.get_attribute("html", "lang") == "en"
    found = checks.axe(page, *WORDED)
    page.set_viewport_size(checks.NARROW)
    assert [*found, *checks.fits(page), *seen.problems()] == []


def test_a_form_without_its_cookie_is_refused_on_a_page_of_ours(visitor: NewContext) -> None:
    context = visitor()
    page = context.new_page()
    seen = checks.Seen(page, allowed={403})
    page.goto("/compte/login/")
    context.clear_cookies()
    with page.expect_navigation() as navigation:
        page.click("main form .action-bar button")
    assert navigation.value
    assert navigation.value.status == 403
    assert everything(page, seen) == []
