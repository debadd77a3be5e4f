"""The recensement citoyen from end to end in a browser, with a script and without: two people, real clicks."""

import re
from collections.abc import Callable, Iterator

import pytest
from allauth.account.models import EmailAddress
from django.contrib.sessions.models import Session
from django.core import mail
from playwright.sync_api import Browser, BrowserContext, Page

from parvis.exchange.models import Case, Folder
from tests.journeys import people
from tests.support import census, files, world
from tests.support.jobs import run_jobs
from tests.support.site import forget_everything, serving

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

Arrive = Callable[..., Page]
SERVICE = "/demarches/recensement-citoyen/"
EMAIL = "camille.nouvelle@exemple.example"
AGENT = "agent.rennes@exemple.example"
CITIZEN = "camille@exemple.example"


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with serving() as url:
        yield url


@pytest.fixture
def arrive(browser: Browser, address: str, transactional_db: None) -> Iterator[Arrive]:
    """Let someone open a page in a browser of their own, in a world where the town hall is at work."""
    here = world.build()
    for account in (here.citizen, here.agent):
        EmailAddress.objects.create(user=account, email=account.email, verified=True, primary=True)
    opened: list[BrowserContext] = []

    def visit(path: str, *, script: bool = True) -> Page:
        context = browser.new_context(base_url=address, locale="fr-FR", java_script_enabled=script)
        opened.append(context)
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.goto(path)
        return page

    yield visit
    for context in opened:
        context.close()
    forget_everything()


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_from_the_new_account_to_the_attestation(arrive: Arrive, *, script: bool) -> None:
    citizen = arrive(SERVICE, script=script)
    _create_account(citizen)
    citizen.goto(SERVICE)
    people.press(citizen, "Commencer")
    people.fill_steps(citizen, script=script)
    number = people.attach_and_send(citizen)
    run_jobs()

    agent = arrive("/suivi/", script=script)
    people.sign_in(agent, AGENT)
    people.follow(agent, "Martin")
    assert number in agent.get_by_role("main").inner_text()
    agent.get_by_label("Demander un complément").check()
    agent.get_by_label("Message au demandeur").fill("Il manque le verso de la carte.")
    people.press(agent, "Enregistrer")
    run_jobs()

    _answer_the_town_hall(citizen)
    run_jobs()
    agent.goto("/suivi/")
    people.follow(agent, "Martin")
    agent.get_by_label("Terminer").check()
    agent.set_input_files("#id_document", {**people.CARD, "name": "attestation.pdf"})
    people.press(agent, "Enregistrer")
    agent.get_by_text("Dossier traité").wait_for()
    run_jobs()
    assert _download(citizen, "attestation.pdf") == files.PDF


def _create_account(page: Page) -> None:
    """From the header of the page, as someone who comes for the first time, to the mail's link."""
    page.goto("/compte/signup/")
    page.get_by_label("Prénom").fill("Camille")
    page.get_by_label("Nom", exact=True).fill("Martin")
    page.get_by_label("Adresse électronique").fill(EMAIL)
    page.get_by_label("Mot de passe").fill(people.PASSWORD)
    people.press(page, "Créer mon compte")
    people.title(page, "Vérifiez votre adresse")
    assert mail.outbox[-1].to == [EMAIL]
    link = re.search(r"https?://\S+/compte/confirm-email/\S+", str(mail.outbox[-1].body))
    assert link
    page.goto(link[0])
    people.press(page, "Confirmer")
    page.goto("/compte/login/")
    people.sign_in(page, EMAIL)


def _answer_the_town_hall(page: Page) -> None:
    page.goto("/mon-espace/")
    people.follow(page, "Lire son message et répondre")
    page.get_by_text("Il manque le verso de la carte.").first.wait_for()
    page.get_by_label("Votre réponse").fill("Le voici.")
    page.set_input_files("#id_document", people.BOOK)
    people.press(page, "Envoyer ma réponse")
    page.get_by_text("Votre réponse est envoyée").wait_for()


def _download(page: Page, name: str) -> bytes:
    page.goto("/mon-espace/")
    people.follow(page, "Recensement citoyen")
    with page.expect_download() as download:
        page.get_by_role("main").get_by_role("link", name=name).first.click()
    return download.value.path().read_bytes()


def _begin(arrive: Arrive) -> Page:
    page = arrive(SERVICE)
    people.press(page, "Commencer")
    people.sign_in(page, CITIZEN)
    page.goto(SERVICE)
    people.press(page, "Commencer")
    page.wait_for_url(re.compile("/identite/"))
    return page


def test_leaving_at_the_third_step_and_coming_back(arrive: Arrive) -> None:
    page = _begin(arrive)
    for answers in (census.identity, census.parents):
        people.answer(page, answers())
        people.press(page, "Enregistrer et continuer")
    people.sign_out(page)
    page.goto("/mon-espace/")
    people.sign_in(page, CITIZEN)
    people.follow(page, "Reprendre")
    page.wait_for_url(re.compile("/domicile/"))
    page.get_by_role("link", name="Étape précédente").click()
    assert page.locator("#id_mere_nom").input_value() == "Durand"


def test_pressing_send_twice_makes_one_folder(arrive: Arrive) -> None:
    page = _begin(arrive)
    people.fill_steps(page, script=False)
    page.set_input_files("#id_ji", people.CARD)
    page.set_input_files("#id_jf", people.BOOK)
    people.press(page, "Enregistrer et continuer")
    page.get_by_label("J’atteste sur l’honneur").check()
    page.get_by_role("button", name="Envoyer à ma mairie").dblclick()
    people.title(page, people.SENT)
    run_jobs()
    assert (Folder.objects.count(), Case.objects.count()) == (1, 1)


def test_nothing_typed_is_lost_when_the_session_ends(arrive: Arrive) -> None:
    page = _begin(arrive)
    people.answer(page, census.identity())
    Session.objects.all().delete()
    people.press(page, "Enregistrer et continuer")
    people.title(page, "Se connecter")
    page.get_by_text("ce que vous avez saisi est conservé").wait_for()
    people.sign_in(page, CITIZEN)
    page.wait_for_url(re.compile("/parents/"))
    page.get_by_role("link", name="Étape précédente").click()
    assert page.locator("#id_nom_famille").input_value() == "Martin"


def test_a_large_file_shows_its_progress(arrive: Arrive) -> None:
    page = _begin(arrive)
    people.fill_steps(page, script=False)
    page.evaluate(
        """() => new MutationObserver(() => { window.shown = !document.querySelector('progress').hidden })
        .observe(document.querySelector('progress'), {attributes: true})"""
    )
    page.set_input_files("#id_ji", {**people.CARD, "buffer": files.PDF + b"%" * 4_000_000 + b"\n%%EOF\n"})
    people.press(page, "Enregistrer et continuer")
    page.get_by_text("Ajoutez le document").first.wait_for()
    assert page.evaluate("window.shown") is True
