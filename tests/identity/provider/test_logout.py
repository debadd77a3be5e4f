"""Signing out: from a town's site, and towns told behind the browser (OpenID Connect logout specifications)."""

from typing import Any
from urllib.parse import parse_qs, urlencode

import pytest
from django.test import Client as Browser
from joserfc import jwt
from joserfc.jwk import KeySet

from parvis.core import outward
from parvis.core.actor import SYSTEM
from parvis.core.clock import now
from parvis.identity.commands import block_account
from parvis.identity.federation import sessions
from parvis.identity.models import Account
from parvis.identity.provider import keys, notices
from parvis.identity.provider.models import LogoutNotice
from tests.support import town
from tests.support.jobs import run_jobs
from tests.support.town import LOGOUT, Town

pytestmark = pytest.mark.django_db
BYE = "https://rennes.example/au-revoir"


class Mailbox(list[tuple[str, str]]):
    """What towns were told: address and token. ``status`` is what they answer."""

    status = 200


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> Mailbox:
    box = Mailbox()

    def request(method: str, url: str, *, body: bytes = b"", **_: Any) -> tuple[int, bytes]:
        assert method == "POST"
        box.append((url, parse_qs(body.decode())["logout_token"][0]))
        return box.status, b""

    monkeypatch.setattr(outward, "request", request)
    return box


@pytest.fixture
def listening(db: None) -> Town:
    return Town(town.registered(backchannel_logout_uri="https://rennes.example/fin"))


@pytest.fixture
def other(db: None) -> Town:
    return Town(town.registered("Nice", backchannel_logout_uri="https://nice.example/fin"), "Nice")


def _leave(browser: Browser, **query: str) -> Any:
    return browser.get(f"{LOGOUT}?{urlencode(query)}")


# --- From a town's site -------------------------------------------------------------------------------------------


def test_a_town_signs_its_visitor_out(rennes: Town, browser: Browser) -> None:
    hint = rennes.tokens(browser)["id_token"]
    answer = _leave(browser, id_token_hint=hint, post_logout_redirect_uri=BYE, state="é&t")
    assert answer["Location"] == f"{BYE}?{urlencode({'state': 'é&t'})}"
    assert "_auth_user_id" not in browser.session


def test_without_the_hint_of_this_session_the_person_is_asked(rennes: Town, nice: Town, browser: Browser) -> None:
    """A link in a mail signs nobody out."""
    town.person("karim")
    hint = rennes.tokens(town.signed_in("karim"))["id_token"]
    rennes.tokens(browser)
    for query in ({}, {"client_id": rennes.made.client_id}, {"id_token_hint": hint}, {"id_token_hint": "faux"}):
        page = _leave(browser, **query)
        assert page.status_code == 200
        assert "Se déconnecter" in page.content.decode()
    assert "_auth_user_id" in browser.session
    _leave(browser, client_id=rennes.made.client_id, post_logout_redirect_uri=BYE)
    assert browser.post("/compte/villes/quitter/")["Location"] == BYE
    assert "_auth_user_id" not in browser.session


def test_asking_is_protected_from_other_sites(rennes: Town, ines: Account) -> None:
    browser = Browser(enforce_csrf_checks=True)
    browser.force_login(ines)
    assert browser.post("/compte/villes/quitter/").status_code == 403


@pytest.mark.parametrize("uri", [f"{BYE}?x=1", f"{BYE}#x", "https://mechant.example/", "https://rennes.example/retour"])
def test_nobody_is_sent_to_an_unregistered_address(rennes: Town, browser: Browser, uri: str) -> None:
    hint = rennes.tokens(browser)["id_token"]
    for who in (browser, Browser()):
        answer = _leave(who, id_token_hint=hint, post_logout_redirect_uri=uri)
        assert answer.status_code == 400
        assert "Location" not in answer
    assert "Location" not in _leave(Browser(), post_logout_redirect_uri=BYE)


def test_a_hint_of_another_client_is_no_right_to_its_addresses(rennes: Town, nice: Town, browser: Browser) -> None:
    hint = nice.tokens(browser)["id_token"]
    answer = _leave(browser, id_token_hint=hint, client_id=rennes.made.client_id, post_logout_redirect_uri=BYE)
    assert answer.status_code == 400


def test_coming_back_from_the_provider_goes_on_only_with_our_state(browser: Browser) -> None:
    for state, place in (("bon", BYE), ("faux", "/"), ("", "/")):
        session = browser.session
        session[sessions.LEAVING_KEY], session[sessions.ONWARD_KEY] = "bon", BYE
        session.save()
        assert browser.get(f"/connexion/deconnecte/?state={state}")["Location"] == place
        assert browser.get("/connexion/deconnecte/?state=bon")["Location"] == "/"  # once


# --- Behind the browser -------------------------------------------------------------------------------------------


def test_the_logout_token(listening: Town, browser: Browser, told: Mailbox) -> None:
    """ASVS 10.5.5, and Back-Channel Logout §2.4."""
    was = town.claims(listening.tokens(browser)["id_token"])
    browser.post("/compte/logout/")
    run_jobs()
    ((url, token),) = told
    assert url == "https://rennes.example/fin"
    found = jwt.decode(token, KeySet.import_key_set({"keys": keys.published()}), algorithms=["ES256"])
    assert found.header["typ"] == "logout+jwt"
    assert found.claims.keys() == {"iss", "aud", "iat", "exp", "jti", "sub", "sid", "events"}
    assert found.claims["events"] == {notices.EVENT: {}}
    assert found.claims["exp"] - found.claims["iat"] <= 120
    for name in ("iss", "aud", "sub", "sid"):
        assert found.claims[name] == was[name]


def test_every_town_of_the_session_and_no_other(
    listening: Town, other: Town, rennes: Town, browser: Browser, told: Mailbox
) -> None:
    for client in (listening, other, rennes, listening):
        client.tokens(browser)
    elsewhere = town.signed_in()
    listening.tokens(elsewhere)
    browser.post("/compte/logout/")
    run_jobs()
    assert sorted(url for url, _ in told) == ["https://nice.example/fin", "https://rennes.example/fin"]
    assert "_auth_user_id" in elsewhere.session


def test_a_sign_out_ends_tokens_except_those_the_person_let_a_town_keep(rennes: Town, browser: Browser) -> None:
    short, kept = rennes.tokens(browser), rennes.tokens(browser, scope="openid offline_access")
    code = rennes.sign_in(browser)["code"]
    browser.post("/compte/logout/")
    assert rennes.userinfo(short["access_token"]).status_code == 401
    assert rennes.refresh(kept["refresh_token"]).status_code == 200
    assert rennes.exchange(code).status_code == 400


def test_signing_out_from_afar_unlinking_and_blocking_tell_too(
    listening: Town, browser: Browser, ines: Account, told: Mailbox
) -> None:
    listening.tokens(browser)
    town.signed_in().post("/compte/appareils/")
    run_jobs()
    browser = town.signed_in()
    listening.tokens(browser)
    browser.post("/compte/villes/", {"site": "rennes", "geste": "detacher-vraiment"})
    run_jobs()
    listening.tokens(browser)
    block_account(account=ines.id, why="essai", actor=SYSTEM)
    run_jobs()
    assert {row.why for row in LogoutNotice.objects.all()} == {"signed_out", "unlinked", "blocked"}
    assert len(told) >= 3
    assert browser.get("/compte/villes/").status_code == 302  # the session died with the account


def test_a_session_left_alone_tells_too(listening: Town, browser: Browser, told: Mailbox) -> None:
    listening.tokens(browser)
    session = browser.session
    session["seen_at"] = now().timestamp() - 3600
    session.save()
    browser.get("/compte/villes/")
    run_jobs()
    assert len(told) == 1


def test_a_town_that_does_not_answer_is_tried_again_and_one_that_refuses_is_not(
    listening: Town, browser: Browser, told: Mailbox
) -> None:
    listening.tokens(browser)
    browser.post("/compte/logout/")
    row = LogoutNotice.objects.get()
    told.status = 503
    with pytest.raises(notices.NotToldError):
        notices.send(notice=row.id)
    told.status = 400
    notices.send(notice=row.id)
    row.refresh_from_db()
    assert (row.attempts, row.told_at, row.last_error) == (2, None, "HTTP 400")
    told.status = 200
    notices.send(notice=row.id)
    row.refresh_from_db()
    assert row.told_at
    notices.send(notice=row.id)
    assert len(told) == 3  # nobody is told twice


def test_towns_are_told_at_moments_of_their_own(
    listening: Town, other: Town, browser: Browser, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.PROVIDER_SPREADS_NOTICES = True
    delays: list[float] = []
    monkeypatch.setattr("parvis.core.outbox.send", lambda _task, delay, **_: delays.append(delay.total_seconds()))
    for _ in range(6):
        browser = town.signed_in()
        for client in (listening, other):
            client.tokens(browser)
        browser.post("/compte/logout/")
    assert len(set(delays)) > 3
    assert max(delays) < 20


def test_a_private_address_is_not_called() -> None:
    with pytest.raises(ValueError, match="not a public address"):
        outward.request("POST", "https://127.0.0.1/fin", body=b"x", private=False, most=10)
