"""A pseudonym a town, random, cut on demand and never given again."""

import threading
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connections
from django.test import Client as Browser

from parvis.core import tenancy
from parvis.core.actor import Actor
from parvis.core.clock import now
from parvis.core.errors import AbsentError, RefusedError
from parvis.identity.models import Account
from parvis.identity.provider import pseudonyms, rules
from parvis.identity.provider.models import Consent, Pseudonym
from parvis.ledger.models import Entry
from tests.support import town
from tests.support.jobs import run_jobs
from tests.support.town import Town, error_of

pytestmark = pytest.mark.django_db


def _sub(client: Town, browser: Browser) -> str:
    return str(town.claims(client.tokens(browser)["id_token"])["sub"])


def test_two_towns_two_pseudonyms_two_names_of_the_session(rennes: Town, nice: Town, browser: Browser) -> None:
    """ASVS 10.5.2 is about a client; this is what makes towns unable to compare."""
    one, other = (town.claims(client.tokens(browser)["id_token"]) for client in (rennes, nice))
    assert one["sub"] != other["sub"]
    assert one["sid"] != other["sid"]
    again = town.claims(rennes.tokens(browser)["id_token"])
    assert (again["sub"], again["sid"]) == (one["sub"], one["sid"])


def test_two_sites_of_one_town_know_one_person(rennes: Town, browser: Browser) -> None:
    other = Town(town.registered("Mediatheque", sector="rennes"), "Mediatheque")
    assert _sub(rennes, browser) == _sub(other, browser)


def test_a_pseudonym_comes_from_nothing() -> None:
    drawn = {rules.new_sub() for _ in range(1000)}
    assert len(drawn) == 1000
    assert {len(bytes.fromhex(sub)) for sub in drawn} == {16}


def test_unlinking_cuts_everything_and_linking_again_is_a_new_person(
    rennes: Town, nice: Town, browser: Browser, ines: Account
) -> None:
    tokens = rennes.tokens(browser, scope="openid offline_access")
    kept = nice.tokens(browser)
    former = town.claims(tokens["id_token"])["sub"]
    page = browser.get("/compte/villes/").content.decode()
    assert "Ville de Rennes" in page
    asked = browser.post("/compte/villes/", {"site": "rennes", "geste": "detacher"}).content.decode()
    assert "Détacher pour de bon" in asked
    assert rennes.userinfo(tokens["access_token"]).status_code == 200
    assert browser.post("/compte/villes/", {"site": "rennes", "geste": "detacher-vraiment"}).status_code == 302
    assert rennes.userinfo(tokens["access_token"]).status_code == 401
    assert error_of(rennes.refresh(tokens["refresh_token"])) == "invalid_grant"
    assert nice.userinfo(kept["access_token"]).status_code == 200
    assert error_of(rennes.ask(browser, prompt="none")) == "consent_required"
    assert _sub(rennes, browser) != former
    assert Pseudonym.objects.get(sub=former).state == "unlinked"
    assert Entry.objects.filter(action="provider.unlinked", about=ines.id).exists()


def test_a_tombstone_outlives_the_account(rennes: Town, browser: Browser, ines: Account) -> None:
    sub = _sub(rennes, browser)
    Account.objects.filter(id=ines.id).delete()
    assert Pseudonym.objects.get(sub=sub).account_id is None


def test_the_database_itself_hides_whom_a_town_knows(rennes: Town, browser: Browser, ines: Account) -> None:
    _sub(rennes, browser)
    karim = town.person("karim")
    seen = []
    for kind, who in (("account", ines.id), ("account", karim.id), ("client", rennes.made.id), ("", "")):
        with tenancy.scoped(tenancy.Scope(tenancy.APP, kind, str(who), "{}")):
            seen.append((Pseudonym.objects.count(), Consent.objects.count()))
    assert seen == [(1, 1), (0, 0), (0, 0), (0, 0)]


def test_rights_only_ones_own_link_is_cut(rennes: Town, browser: Browser) -> None:
    _sub(rennes, browser)
    karim = town.person("karim")
    with pytest.raises(AbsentError):
        pseudonyms.unlink(sector="rennes", actor=Actor("account", karim.id))
    with pytest.raises(RefusedError):
        pseudonyms.link(client=rennes.made.id, scopes=["openid"], actor=Actor("anonymous"))
    page = town.signed_in("karim").post("/compte/villes/", {"site": "rennes", "geste": "detacher-vraiment"})
    assert page.status_code == 404
    assert Pseudonym.objects.filter(state="linked").count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_agreements_at_once_make_one_pseudonym(rennes: Town, ines: Account) -> None:
    subs: list[str] = []

    def agree() -> None:
        subs.append(pseudonyms.link(client=rennes.made.id, scopes=["openid"], actor=Actor("account", ines.id)))
        connections.close_all()

    threads = [threading.Thread(target=agree) for _ in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert len(subs) == 4
    assert len(set(subs)) == 1


def test_the_page_says_what_each_town_received_and_who_was_told(browser: Browser) -> None:
    rennes = Town(town.registered(backchannel_logout_uri="https://rennes.example/fin"))
    rennes.userinfo(rennes.tokens(browser, scope="openid email offline_access")["access_token"])
    page = browser.get("/compte/villes/").content.decode()
    for said in ("Ville de Rennes", "adresse électronique", "un numéro au hasard", "espace famille", "90 jours"):
        assert said in page
    assert "prénom" not in page
    browser.post("/compte/logout/")
    page = town.signed_in().get("/compte/villes/").content.decode()
    assert "Qui a été prévenu" in page
    assert "pas encore jointe" in page


def test_the_moment_told_is_the_sectors_own(rennes: Town, nice: Town, browser: Browser) -> None:
    """To the second, it would match a person in two towns."""
    at = int(now().timestamp())
    here, there = (town.claims(client.tokens(browser)["id_token"])["auth_time"] for client in (rennes, nice))
    assert at - rules.MARKS <= here <= at
    assert at - rules.MARKS <= there <= at
    assert here != there
    town.person("karim")
    karim = town.claims(rennes.tokens(town.signed_in("karim"))["id_token"])["auth_time"]
    assert karim in (here, here + rules.MARKS)  # the same for all who came in the same five minutes


def test_the_moment_told_never_breaks_a_promise() -> None:
    for at in range(1000, 1600, 7):
        assert at - 300 < rules.told_auth_time("s", "rennes", at, now=at, max_age=None) <= at
        assert at - 40 <= rules.told_auth_time("s", "rennes", at, now=at + 100, max_age=200) <= at
        assert rules.told_auth_time("s", "rennes", at, now=at, max_age=0) == at


def test_expired_requests_open_nothing(rennes: Town, browser: Browser) -> None:
    place: Any = rennes.ask(browser)["Location"]
    with time_machine.travel(now() + timedelta(minutes=31)):
        assert browser.get(place).status_code in (302, 400)
    assert run_jobs() == []
