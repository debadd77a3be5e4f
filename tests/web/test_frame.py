import pytest
from django.test import Client
from django.urls import reverse

from tests.support import world

pytestmark = pytest.mark.django_db


def test_every_answer_forbids_inline_code() -> None:
    answer = Client().get("/")
    policy = answer["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["X-Content-Type-Options"] == "nosniff"


def test_an_unknown_address_says_what_to_do() -> None:
    answer = Client().get("/nulle-part/")
    assert answer.status_code == 404
    assert "repartez de l’accueil" in answer.content.decode()


def test_a_form_without_its_token_is_refused_with_words() -> None:
    answer = Client(enforce_csrf_checks=True).post("/demarches/recensement-citoyen/")
    assert answer.status_code == 403
    assert "Votre page a expiré" in answer.content.decode()


def test_a_defect_of_ours_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr("parvis.web.pages.catalogue.open_services", broken)
    browser = Client(raise_request_exception=False)
    answer = browser.get("/")
    assert answer.status_code == 500
    assert "C’est de notre fait" in answer.content.decode()


@pytest.mark.parametrize("name", ["dashboard", "desk"])
def test_rights_private_pages_ask_to_sign_in(name: str) -> None:
    answer = Client().get(reverse(name))
    assert answer.status_code == 302
    assert answer["Location"].startswith(reverse("account_login"))


def test_rights_an_account_without_grants_has_no_desk(client: Client) -> None:
    here = world.build()
    client.force_login(here.citizen)
    assert "Vous n’avez accès à aucun bureau de suivi" in client.get(reverse("desk")).content.decode()
