"""What people do in a browser, by the words they read, with or without a script."""

import re
from collections.abc import Mapping
from typing import Any

from playwright.sync_api import FilePayload, Locator, Page

from tests.support import census, files

PASSWORD = "un-mot-de-passe-long"
CARD: FilePayload = {"name": "carte.pdf", "mimeType": "application/pdf", "buffer": files.PDF}
BOOK: FilePayload = {"name": "livret.png", "mimeType": "image/png", "buffer": files.PNG}
SENT = "Votre demande est envoyée"


def press(page: Page, words: str) -> None:
    """Press a button of the content and wait for the page that answers."""
    page.get_by_role("main").get_by_role("button", name=words, exact=True).click()
    page.wait_for_load_state()


def follow(page: Page, words: str) -> None:
    """Follow a link of the content."""
    page.get_by_role("main").get_by_role("link", name=words).first.click()
    page.wait_for_load_state()


def title(page: Page, words: str) -> None:
    """Wait until the page's first heading holds these words."""
    page.get_by_role("heading", level=1, name=words).wait_for(timeout=10_000)


def sign_in(page: Page, email: str) -> None:
    page.get_by_label("Adresse électronique").fill(email)
    page.get_by_label("Mot de passe").fill(PASSWORD)
    press(page, "Se connecter")


def sign_out(page: Page) -> None:
    page.get_by_role("banner").get_by_role("button", name="Se déconnecter").click()
    page.wait_for_load_state()


def answer(page: Page, answers: Mapping[str, Any]) -> None:
    """Fill the fields of a step. A code is filled by the suggestions only, never by a person."""
    for name, value in answers.items():
        if not value or name.endswith("_code"):
            continue
        _fill(page.locator(f"main [name='{name}']"), str(value))


def _fill(field: Locator, value: str) -> None:
    kind = field.first.evaluate("field => field.type")
    if kind == "radio":
        field.and_(field.page.locator(f"[value='{value}']")).check()
    elif kind == "select-one":
        field.select_option(value)
    else:
        field.fill(value)


def choose_commune(page: Page, typed: str, name: str) -> None:
    """Choose among the suggestions with the keyboard."""
    town = page.locator(f"[name='{name}']")
    town.fill("")
    town.press_sequentially(typed)
    page.locator(f"#id_{name}-list li").first.wait_for()
    town.press("ArrowDown")
    town.press("Enter")


def fill_steps(page: Page, *, script: bool) -> None:
    """Answer the four steps and continue, from the first to the documents."""
    for slug, answers in census.STEPS.items():
        page.wait_for_url(re.compile(f"/{slug}/"))
        answer(page, answers())
        if script and slug == "identite":
            choose_commune(page, "ni", "commune_naissance")
            assert page.locator("#id_commune_naissance_code").input_value() == "06088"
        press(page, "Enregistrer et continuer")


def attach_and_send(page: Page) -> str:
    """Attach both documents, read the summary, send, and return the number given."""
    page.wait_for_url(re.compile("/pieces/"))
    page.set_input_files("#id_ji", CARD)
    page.set_input_files("#id_jf", BOOK)
    press(page, "Enregistrer et continuer")
    title(page, "Récapitulatif")
    page.get_by_label("J’atteste sur l’honneur").check()
    press(page, "Envoyer à ma mairie")
    title(page, SENT)
    number = re.search(r"PARV-RCO-\d{13}", page.get_by_role("main").inner_text())
    assert number
    return number[0]
