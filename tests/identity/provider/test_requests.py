"""Hostile authorization requests (RFC 9700, ASVS 5 V10.2, V10.4): each is refused, and sent nowhere unregistered."""

from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client as Browser

from parvis.core.actor import SYSTEM
from parvis.identity.provider import registry
from tests.support import town
from tests.support.town import AUTHORIZE, Town, error_of

pytestmark = pytest.mark.django_db
BACK = "https://rennes.example/retour"


@pytest.mark.parametrize(
    "uri",
    [
        f"{BACK}?de=parvis",
        f"{BACK}#ici",
        f"{BACK}/",
        f"{BACK}/../autre",
        f"{BACK}%2F",
        "https://rennes.example/Retour",
        "https://RENNES.example/retour",
        "http://rennes.example/retour",
        "https://rennes.example:443/retour",
        "https://rennes.example@mechant.example/retour",
        "https://mechant.example/retour",
        "https://rennes.example.mechant.example/retour",
        "//mechant.example",
        "javascript:alert(1)",
        "",
    ],
)
@pytest.mark.parametrize("prompt", ["login", "none"])
def test_an_address_registered_to_the_letter_or_nothing(rennes: Town, uri: str, prompt: str) -> None:
    """RFC 9700 §2.1, ASVS 10.4.1: and with prompt=none too, where an error is sent back without a page."""
    answer = rennes.ask(Browser(), redirect_uri=uri or None, prompt=prompt)
    assert answer.status_code == 400
    assert "Location" not in answer


def test_two_addresses_are_none(rennes: Town) -> None:
    query = urlencode(rennes.params()) + "&" + urlencode({"redirect_uri": "https://mechant.example/"})
    answer = Browser().get(f"{AUTHORIZE}?{query}")
    assert answer.status_code == 400
    assert "Location" not in answer


def test_an_unknown_or_revoked_client_sends_nobody_anywhere(rennes: Town) -> None:
    assert rennes.ask(Browser(), client_id="rp-inconnu").status_code == 400
    registry.revoke_client(client=rennes.made.id, actor=SYSTEM)
    answer = rennes.ask(Browser())
    assert answer.status_code == 400
    assert "Location" not in answer


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"code_challenge": None}, "invalid_request"),
        ({"code_challenge_method": None}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge": "court"}, "invalid_request"),
        ({"code_challenge": "é" * 43}, "invalid_request"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_type": "code id_token"}, "unsupported_response_type"),
        ({"response_type": None}, "unsupported_response_type"),
        ({"response_mode": "fragment"}, "invalid_request"),
        ({"response_mode": "form_post"}, "invalid_request"),
        ({"scope": "email"}, "invalid_scope"),
        ({"scope": "openid adresse"}, "invalid_scope"),
        ({"prompt": "none login"}, "invalid_request"),
        ({"prompt": "create"}, "invalid_request"),
        ({"max_age": "-1"}, "invalid_request"),
        ({"max_age": "²"}, "invalid_request"),
        ({"claims": "{"}, "invalid_request"),
        ({"claims": "[" * 1900}, "invalid_request"),
        ({"claims": "[]"}, "invalid_request"),
        ({"claims": '{"id_token":{"acr":{"essential":true,"value":"or"}}}'}, "unmet_authentication_requirements"),
        ({"request": "eyJ"}, "request_not_supported"),
        ({"state": "x" * 2001}, "invalid_request"),
        ({"nonce": "x" * 513}, "invalid_request"),
        ({"dpop_jkt": "x"}, "invalid_request"),
    ],
)
def test_a_request_that_does_not_hold_goes_back_as_an_error(
    rennes: Town, changed: dict[str, str | None], error: str
) -> None:
    answer = rennes.ask(Browser(), **changed)
    assert answer.status_code == 303
    assert answer["Location"].startswith(f"{BACK}?")
    assert error_of(answer) == error


def test_a_parameter_twice_is_refused(rennes: Town) -> None:
    answer = Browser().get(f"{AUTHORIZE}?{urlencode(rennes.params())}&nonce=autre")
    assert error_of(answer) == "invalid_request"


def test_errors_too_say_who_answers_and_keep_the_state(rennes: Town) -> None:
    """RFC 9207: a client of several providers cannot be mixed up."""
    place = rennes.ask(Browser(), scope="email", state="<b>&état")["Location"]
    assert urlencode({"iss": town.SITE}) in place
    assert urlencode({"state": "<b>&état"}) in place


def test_a_foreign_request_uri_is_never_fetched(rennes: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    def fetched(*_: Any, **__: Any) -> None:
        pytest.fail("fetched")

    monkeypatch.setattr("parvis.core.outward.request", fetched)
    for uri in ("https://mechant.example/demande", "urn:ietf:params:oauth:request_uri:inconnu"):
        assert rennes.ask(Browser(), request_uri=uri).status_code == 400


# --- Pushed requests (RFC 9126) -----------------------------------------------------------------------------------


def test_a_pushed_request_serves_once_for_its_client(rennes: Town, nice: Town, browser: Browser) -> None:
    pushed = rennes.post(town.PAR, **rennes.params()).json()
    assert pushed["expires_in"] == 90
    short = {"client_id": rennes.made.client_id, "request_uri": pushed["request_uri"]}
    stolen = {"client_id": nice.made.client_id, "request_uri": pushed["request_uri"]}
    assert Browser().get(f"{AUTHORIZE}?{urlencode(stolen)}").status_code == 400
    answer = browser.get(f"{AUTHORIZE}?{urlencode(short)}&scope=openid+email")  # what is beside it is not read
    assert answer.status_code == 303
    page = browser.get(answer["Location"])
    assert "Adresse électronique" not in page.content.decode()
    assert Browser().get(f"{AUTHORIZE}?{urlencode(short)}").status_code == 400


def test_a_pushed_request_is_checked_at_once(rennes: Town) -> None:
    for changed, error in (
        ({"redirect_uri": f"{BACK}?x=1"}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"request_uri": "urn:x"}, "invalid_request"),
    ):
        answer = rennes.post(town.PAR, **rennes.params(**changed))
        assert (answer.status_code, error_of(answer)) == (400, error)
    assert Browser().post(town.PAR, rennes.params()).status_code == 401


def test_a_client_that_must_push_its_requests(browser: Browser) -> None:
    strict = Town(town.registered(require_par=True))
    assert error_of(strict.ask(browser)) == "invalid_request"
    pushed = strict.post(town.PAR, **strict.params()).json()["request_uri"]
    answer = browser.get(f"{AUTHORIZE}?{urlencode({'client_id': strict.made.client_id, 'request_uri': pushed})}")
    page = browser.get(answer["Location"])
    assert page.status_code == 200
    assert browser.post(answer["Location"], {"reponse": "accepter"})["Location"].startswith(f"{BACK}?code=")


# --- The pages ----------------------------------------------------------------------------------------------------


def _page(rennes: Town, browser: Browser, **changed: str | None) -> str:
    place: str = rennes.ask(browser, **changed)["Location"]
    return place


def test_no_site_can_frame_or_keep_our_pages(rennes: Town, browser: Browser) -> None:
    """RFC 9700 §4.16: a consent page inside another page is one click of an unaware person."""
    answer = browser.get(_page(rennes, browser))
    assert answer["X-Frame-Options"] == "DENY"
    assert "frame-ancestors 'none'" in answer["Content-Security-Policy"]
    assert "no-store" in answer["Cache-Control"]


def test_forms_may_lead_to_the_town_waiting_and_no_other(rennes: Town, nice: Town, browser: Browser) -> None:
    answer = browser.get(_page(rennes, browser))
    policy = answer["Content-Security-Policy"]
    assert "https://rennes.example" in policy
    assert "https://nice.example" not in policy
    assert "rennes.example" not in Browser().get("/")["Content-Security-Policy"]


def test_the_answer_is_a_303_that_says_nothing_of_where_it_came_from(rennes: Town, browser: Browser) -> None:
    """RFC 9700 §4.12: a 307 would send the form, cookies and all, to the town."""
    answer = browser.post(_page(rennes, browser), {"reponse": "accepter"})
    assert answer.status_code == 303
    assert answer["Referrer-Policy"] == "no-referrer"
    assert "no-store" in answer["Cache-Control"]


def test_an_agreement_cannot_be_forged_from_another_site(rennes: Town, ines: Any) -> None:
    browser = Browser(enforce_csrf_checks=True)
    browser.force_login(ines)
    assert browser.post(_page(rennes, browser), {"reponse": "accepter"}).status_code == 403


def test_a_request_belongs_to_the_browser_that_brought_it(rennes: Town, browser: Browser) -> None:
    """ASVS 10.1.2: the key of a request opens nothing in another session."""
    place = _page(rennes, browser)
    other = town.signed_in()
    answer = other.post(place, {"reponse": "accepter"})
    assert answer.status_code == 400
    assert "Location" not in answer


def test_a_request_is_answered_once(rennes: Town, browser: Browser) -> None:
    place = _page(rennes, browser)
    assert browser.post(place, {"reponse": "accepter"}).status_code == 303
    assert browser.post(place, {"reponse": "accepter"}).status_code == 400


def test_a_post_becomes_a_get(rennes: Town) -> None:
    answer = Browser(enforce_csrf_checks=True).post(AUTHORIZE, rennes.params())
    assert answer.status_code == 303
    assert answer["Location"] == f"{AUTHORIZE}?{urlencode(rennes.params())}"
