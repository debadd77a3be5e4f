"""English is complete: every sentence has its translation, and no page in English shows French."""

import re
from datetime import date
from typing import Any

import pytest
from django.conf import settings
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import translation

from parvis.catalogue import words as catalogue_words
from parvis.catalogue.enums import CaseStatus
from parvis.core import words
from parvis.core.errors import DomainError, Size
from parvis.exchange.models import Case
from parvis.teleservices.models import Request
from parvis.ui.forms import DateField
from tests.support import census, files, french, world
from tests.support.deposits import deposited, draft
from tests.support.jobs import run_jobs
from tools import messages

PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd%]|\{\w*\}")
ENGLISH = {"HTTP_ACCEPT_LANGUAGE": "en"}


def english() -> Client:
    return Client(**ENGLISH)  # type: ignore[arg-type] # any header may be a default


def check(answer: Any, status: int = 200) -> str:
    page: str = answer.content.decode()
    assert answer.status_code == status, page[:2000]
    assert french.left_on(page) == []
    assert french.language(page) == "en"
    assert answer["Content-Language"] == "en"
    assert {"Accept-Language", "Cookie"} <= {name.strip() for name in answer["Vary"].split(",")}
    return page


# --- The catalogue -----------------------------------------------------------------------------------------------


def test_every_sentence_of_the_code_has_its_english() -> None:
    gathered = messages.gather(messages.find(), messages.known())
    assert messages.untranslated(gathered) == [], "run `make messages` and translate what it names"
    assert {m.id for m in gathered} == {m.id for m in messages.known()}, "run `make messages`"


def test_no_translation_loses_or_invents_a_value() -> None:
    for message in messages.known():
        source = (message.id,) if isinstance(message.id, str) else message.id
        said = (message.string,) if isinstance(message.string, str) else tuple(message.string or ())
        if message.id:
            assert {tuple(sorted(PLACEHOLDER.findall(text))) for text in said} == {
                tuple(sorted(PLACEHOLDER.findall(text))) for text in source
            }, message.id


def test_the_compiled_catalogue_is_that_of_the_text() -> None:
    assert messages.MO.read_bytes() == messages.compiled(messages.PO.read_bytes()), "run `make messages`"


def test_a_name_of_the_catalogue_is_said_and_an_unknown_one_is_shown() -> None:
    with translation.override("en"):
        assert catalogue_words.said("Recensement citoyen") == "Citizen census"
        assert catalogue_words.said("Carte de pêche") == "Carte de pêche"
        assert not catalogue_words.said("")


# --- Refusals ----------------------------------------------------------------------------------------------------


def test_a_refusal_is_said_in_the_language_of_the_page_and_kept_in_french() -> None:
    refusal = DomainError(
        "file_too_large",
        "Ce fichier dépasse la taille maximale de %(limit)s. Réduisez sa taille ou numérisez-le avec une résolution "
        "plus faible.",
        params={"limit": Size(1_572_864)},
    )
    with translation.override("en"):
        assert words.said(refusal).startswith("This file is larger than the limit of 1.5\xa0MB.")
        assert "1,5 Mo" in refusal.message
    with translation.override("fr"):
        assert words.said(refusal) == refusal.message


@pytest.mark.django_db
def test_the_api_answers_in_french_whatever_is_asked() -> None:
    answer = english().get("/api/v1/cases", headers={"authorization": "Bearer nothing"})
    assert answer["Content-Language"] == "fr"
    assert french.french(english().post("/oauth2/token", {}).json()["error_description"])


# --- Pages -------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_pages_for_everyone(monkeypatch: pytest.MonkeyPatch) -> None:
    world.build()
    client = english()
    for name in ("home", "services", "account_login", "account_signup", "account_reset_password"):
        check(client.get(reverse(name)))
    check(client.get(reverse("account_email_verification_sent")))
    assert "Citizen census" in check(client.get(reverse("service", args=["recensement-citoyen"])))
    check(client.get("/nowhere/"), 404)
    check(client.get(reverse("service", args=["nothing"])), 404)
    for name in ("account_login", "account_signup"):
        check(client.post(reverse(name), {}), 422)
    wrong = {"first_name": "A", "last_name": "B", "email": "no", "password1": "123"}
    check(client.post(reverse("account_signup"), wrong), 422)
    check(client.post(reverse("account_login"), {"login": "camille@exemple.example", "password": "no"}), 422)
    monkeypatch.setattr("parvis.web.pages.catalogue.open_services", None)
    assert "It is our fault" in check(Client(raise_request_exception=False, **ENGLISH).get("/"), 500)  # type: ignore[arg-type]
    strict = Client(enforce_csrf_checks=True, **ENGLISH)  # type: ignore[arg-type]
    check(strict.post(reverse("service", args=["recensement-citoyen"])), 403)


@pytest.mark.django_db
@pytest.mark.parametrize("slug", list(census.STEPS))
def test_steps_of_the_census(slug: str) -> None:
    here = world.build()
    client = english()
    client.force_login(here.citizen)
    client.post(reverse("service", args=["recensement-citoyen"]))
    page = reverse("request_step", args=[Request.objects.get().id, slug])
    check(client.get(page))
    if slug != "parents":  # nothing is required there
        check(client.post(page, {}), 422)
    for answers in WRONG[slug]:
        check(client.post(page, census.STEPS[slug](**answers)), 422)


WRONG: dict[str, list[dict[str, object]]] = {
    "identite": [
        {"birth": census.born(15)},
        {"birth": census.born(30)},
        {"francais": "non", "nom_famille": "1234", "prenom_usuel": "x" * 101, "sexe": "3"},
        {"francais_depuis_day": "1", "francais_depuis_month": "1", "francais_depuis_year": "1999"},
        {"date_naissance_day": "31", "date_naissance_month": "2"},
        {"date_naissance_day": "", "date_naissance_month": "13", "date_naissance_year": "20"},
        {"date_naissance_day": "45"},
        {"date_naissance_month": "13"},
        {"date_naissance_year": "20"},
        {"date_naissance_year": "2999"},
        {"commune_naissance": "Nowhere", "commune_naissance_code": ""},
        {"pays_naissance": "DZA"},
    ],
    "parents": [{"mere_date_naissance_day": "3"}, {"pere_pays_naissance": "XXX", "mere_nom": "<b>"}],
    "domicile": [{"code_postal": "99999"}, {"code_postal": "3500", "commune": "zz", "commune_code": ""}],
    "situation": [
        {"nombre_enfants": "99", "nombre_freres_soeurs": "-1", "email": "no", "telephone": "12"},
        {"nombre_enfants": "two", "scolarite": "nothing", "pupille": ""},
    ],
}


@pytest.mark.django_db
def test_documents_summary_and_what_the_citizen_has_started() -> None:
    here = world.build()
    client = english()
    client.force_login(here.citizen)
    check(client.get(reverse("dashboard")))
    client.post(reverse("service", args=["recensement-citoyen"]))
    empty = Request.objects.get()
    check(client.get(reverse("request_pieces", args=[empty.id])))
    check(client.get(reverse("request_summary", args=[empty.id])))
    assert "Add the document" in check(
        client.post(reverse("request_summary", args=[empty.id]), {"declaration": "on"}), 422
    )
    check(client.post(reverse("request_pieces", args=[empty.id]), {"anything": "1"}), 422)
    for name, content in (("a.pdf", b""), ("a.pdf", files.NOT_A_PDF), ("a.pdf", files.CUT_PDF), ("a.doc", files.PDF)):
        check(client.post(reverse("request_pieces", args=[empty.id]), {"ji": SimpleUploadedFile(name, content)}), 422)
    full = draft(here)
    page = check(client.get(reverse("request_summary", args=[full.id])))
    assert re.search(rf"{census.born().day} [A-Z][a-z]+ 20\d\d", page)
    check(client.post(reverse("request_summary", args=[full.id]), {}), 422)
    check(client.get(reverse("request_pieces", args=[full.id])))
    check(client.get(reverse("request_abandon", args=[full.id])))
    check(client.get(reverse("dashboard")))


@pytest.mark.django_db
def test_a_request_seen_from_both_sides() -> None:
    here = world.build()
    case, request = deposited(here)
    citizen, agent = english(), english()
    citizen.force_login(here.citizen)
    agent.force_login(here.agent)
    own, page = reverse("request", args=[request.id]), reverse("desk_case", args=[case.id])
    check(citizen.get(own + "?envoyee=1"))
    check(citizen.get(reverse("dashboard")))
    check(agent.get(page))
    check(agent.post(page, {}), 422)
    check(agent.post(page, {"decision": CaseStatus.REFUSED}), 422)
    for view in ("a-traiter", "en-attente", "termines", "tous"):
        check(agent.get(reverse("desk"), {"vue": view}))
    check(agent.post(page, {"decision": CaseStatus.ADD_AWAITING, "message": "The back is missing."}, follow=True))
    check(citizen.get(reverse("dashboard")))
    check(citizen.get(own))
    check(citizen.post(own, {"message": ""}), 422)
    check(citizen.post(own, {"message": "Here."}, follow=True))
    answer = SimpleUploadedFile("certificate.pdf", files.PDF)
    check(agent.post(page, {"decision": CaseStatus.DONE, "message": "", "document": answer}, follow=True))
    check(citizen.get(own))
    check(citizen.get(reverse("desk")))
    assert Case.objects.get().status == CaseStatus.DONE


def test_a_month_may_be_typed_in_the_language_of_the_page() -> None:
    with translation.override("en"):
        assert DateField(label="Date").clean(["7", "September", "2010"]) == date(2010, 9, 7)
        assert DateField(label="Date").clean(["7", "septembre", "2010"]) == date(2010, 9, 7)


@pytest.mark.django_db
def test_mail_is_in_french_even_when_the_page_is_in_english() -> None:
    here = world.build()
    client = english()
    client.force_login(here.citizen)
    client.post(reverse("request_summary", args=[draft(here).id]), {"declaration": "on"})
    run_jobs()
    assert len(mail.outbox) == 2
    assert all("Bonjour" in message.body for message in mail.outbox)


@pytest.mark.django_db
def test_the_language_switch_keeps_the_page() -> None:
    world.build()
    client = Client(HTTP_ACCEPT_LANGUAGE="fr")
    here = reverse("services") + "?page=1"
    shown = client.get(here).content.decode()
    assert f'name="next" value="{here}"' in shown
    answer = client.post(reverse("set_language"), {"language": "en", "next": here})
    assert answer["Location"] == here
    assert answer.cookies[settings.LANGUAGE_COOKIE_NAME].value == "en"
    check(client.get(here))
