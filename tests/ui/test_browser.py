"""What only a browser can tell: layout, keyboard, the script, the content security policy."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from parvis.ui.pages import PATTERNS
from tests.support.site import serving

PAGES = ["/style/", *(f"/style/{name}/" for name in PATTERNS)]

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with serving() as url:
        yield url


@pytest.fixture
def narrow(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 320, "height": 800}, locale="fr-FR")
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("path", PAGES)
def test_every_page_is_styled_fits_320_pixels_and_logs_nothing(address: str, narrow: Page, path: str) -> None:
    said: list[str] = []
    narrow.on("console", lambda message: said.append(message.text))
    narrow.on("pageerror", lambda error: said.append(str(error)))
    narrow.goto(address + path)
    assert said == []
    assert narrow.evaluate("document.documentElement.scrollWidth") <= 320
    assert narrow.evaluate("getComputedStyle(document.body).fontSize") == "18px"
    assert narrow.evaluate("getComputedStyle(document.querySelector('.site-header'), '::after').height") == "8px"


def test_the_menu_folds_only_where_a_script_can_unfold_it(address: str, browser: Browser, narrow: Page) -> None:
    narrow.goto(address + "/style/")
    menu, toggle = narrow.locator("#menu"), narrow.locator("[aria-controls=menu]")
    assert not menu.is_visible()
    toggle.click()
    assert menu.is_visible()
    assert toggle.get_attribute("aria-expanded") == "true"

    plain = browser.new_context(viewport={"width": 320, "height": 800}, java_script_enabled=False)
    page = plain.new_page()
    page.goto(address + "/style/")
    assert page.locator("#menu").is_visible()
    assert page.locator("#side-nav").is_visible()
    plain.close()


def test_errors_take_the_focus_and_lead_to_their_field(address: str, narrow: Page) -> None:
    narrow.goto(address + "/style/step/")
    narrow.click("main form button")
    narrow.wait_for_selector(".error-summary:focus")
    assert narrow.title().startswith("Erreur")
    narrow.click(".error-summary a >> nth=0")
    assert narrow.evaluate("document.activeElement.id") == "id_birth_name"


def test_suggestions_are_chosen_with_the_keyboard_and_forgotten_when_the_text_changes(
    address: str, narrow: Page
) -> None:
    found = '[{"code": "35238", "label": "Rennes", "hint": "35"}, {"code": "51454", "label": "Reims"}]'
    narrow.route("**/style/?q=*", lambda route: route.fulfill(body=found, content_type="application/json"))
    narrow.goto(address + "/style/step/")
    town, code = narrow.locator("#id_commune"), narrow.locator("#id_commune_code")
    town.press_sequentially("Re")
    narrow.wait_for_selector(".suggestions li")
    assert town.get_attribute("aria-expanded") == "true"
    town.press("ArrowDown")
    assert narrow.locator("#" + (town.get_attribute("aria-activedescendant") or "")).text_content() == "Rennes (35)"
    town.press("Enter")
    assert (town.input_value(), code.input_value()) == ("Rennes", "35238")
    town.press_sequentially("x")
    assert code.input_value() == ""
    town.press("Escape")
    assert town.get_attribute("aria-expanded") == "false"


def test_boxes_and_buttons_answer_to_the_mouse_beside_them_too(address: str, narrow: Page) -> None:
    narrow.goto(address + "/style/step/")
    narrow.check("#id_agreed")
    narrow.check("#id_kind_1")
    narrow.click("label[for=id_kind_2]")
    assert narrow.is_checked("#id_kind_2")
    assert not narrow.is_checked("#id_kind_1")


def test_paper_shows_no_menu(address: str, narrow: Page) -> None:
    narrow.goto(address + "/style/list/")
    narrow.emulate_media(media="print")
    assert not narrow.locator(".menu-toggle >> visible=true").count()
    assert not narrow.locator(".search-bar >> visible=true").count()


def test_pressing_twice_sends_once(address: str, narrow: Page) -> None:
    sent: list[str] = []
    narrow.on("request", lambda request: sent.append(request.method) if request.method == "POST" else None)
    narrow.goto(address + "/style/step/")
    narrow.evaluate("() => { const b = document.querySelector('main form button'); b.click(); b.click(); }")
    narrow.wait_for_selector(".error-summary")
    assert sent == ["POST"]


def test_a_file_is_sent_by_the_script_and_the_answer_shown_as_usual(address: str, narrow: Page) -> None:
    narrow.goto(address + "/style/step/")
    narrow.set_input_files("#id_proof", {"name": "a.exe", "mimeType": "application/pdf", "buffer": b"x" * 200_000})
    narrow.click("main form button")
    narrow.wait_for_selector(".error-summary:focus")
    assert "a.exe" in (narrow.locator("#id_proof-error").text_content() or "")
    assert narrow.locator("[aria-controls=menu]").is_visible()
