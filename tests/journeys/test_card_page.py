"""An officer signs with their own card: Chromium, our page, the real helper, SoftHSM in the place of the card."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from cryptography.x509 import Certificate
from django.conf import settings as configured
from django.db import transaction
from django.test import Client
from playwright.sync_api import Browser, Page

from parvis.identity.models import Account
from parvis.signing import installation
from parvis.signing.enums import BatchState, ItemState
from parvis.signing.models import Item, SigningBatch, SigningCertificate
from tests.support import cards, parapheur, signers
from tests.support.cards import Helper
from tests.support.jobs import run_jobs
from tests.support.parapheur import Town
from tests.support.site import serving

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@dataclass(frozen=True)
class _Stage:
    site: str
    town: Town
    helper: Helper
    session: str


@pytest.fixture
def stage(transactional_db: None, tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[_Stage]:
    settings.DEMO, settings.ASSURANCE_ENFORCED = True, False
    monkeypatch.setenv("PARVIS_DATA", str(tmp_path))
    installation._clock.cache_clear()  # noqa: SLF001 - made for other settings
    with serving() as site, cards.running(tmp_path, _certified, site) as helper:
        monkeypatch.setenv("PARVIS_CARD_HELPER", helper.url)
        town = parapheur.build(keys=False)
        client = Client()
        client.force_login(Account.objects.get(id=town.mayor.person))
        yield _Stage(site, town, helper, client.session.session_key or "")
    installation._clock.cache_clear()  # noqa: SLF001 - same


def _certified(public: object) -> Certificate:
    return installation.demo().officer("Claire Dubois", "Mairie de Rennes", public)  # type: ignore[arg-type]


@pytest.fixture
def page(browser: Browser, stage: _Stage) -> Iterator[Page]:
    context = browser.new_context(base_url=stage.site, locale="fr-FR")
    context.add_cookies([{"name": configured.SESSION_COOKIE_NAME, "value": stage.session, "url": stage.site}])
    yield context.new_page()
    context.close()


def frozen(stage: _Stage, count: int) -> SigningBatch:
    with transaction.atomic():
        return stage.town.freeze(*stage.town.submit_many(count))


def test_from_the_card_to_the_signed_documents(page: Page, stage: _Stage) -> None:
    page.goto("/parapheur/carte/")
    page.click("text=Lire ma carte et l’enregistrer")
    page.wait_for_selector("text=Carte enregistrée")
    assert SigningCertificate.objects.get().key.backend == "card"
    batch = frozen(stage, 3)
    page.goto(f"/parapheur/lots/{batch.id}/")
    page.click("text=Signer ces 3 documents")
    page.wait_for_selector("h1:has-text('Signer avec votre carte')")
    sign = "form[data-card] button"
    status = page.locator("[role=status]")
    stage.helper.types("0000")
    page.click(sign)
    page.wait_for_selector("text=La carte a refusé le code PIN")
    stage.helper.types("")
    page.click(sign)
    page.wait_for_selector("text=Vous avez refusé")
    assert Item.objects.filter(state=ItemState.SIGNED).count() == 0
    stage.helper.types(signers.PIN)
    page.click(sign)
    page.wait_for_url("**/lots/*/")
    assert status.count() == 0
    run_jobs()
    batch.refresh_from_db()
    assert batch.state == BatchState.DONE
    assert set(Item.objects.values_list("state", flat=True)) == {ItemState.SIGNED}
    _the_helper_is_gone(page, stage)


def _the_helper_is_gone(page: Page, stage: _Stage) -> None:
    """Said in clear words, and what remains can go on from the batch."""
    batch = frozen(stage, 1)
    stage.town.confirm(batch)
    stage.helper.process.kill()
    page.goto(f"/parapheur/lots/{batch.id}/")
    page.click("text=Continuer avec ma carte")
    page.click("form[data-card] button")
    page.wait_for_selector("text=L’assistant de carte ne répond pas")
    assert page.evaluate("document.activeElement.getAttribute('role')") == "status"
    assert SigningBatch.objects.get(id=batch.id).state == BatchState.CONFIRMED
