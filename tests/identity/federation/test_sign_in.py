import time
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import requests
import time_machine
from django.test import Client as Browser
from django.urls import reverse
from joserfc.jwk import ECKey

from parvis.core.actor import SYSTEM
from parvis.core.clock import now
from parvis.identity import commands, queries
from parvis.identity.federation import attempts, sessions
from parvis.identity.models import Account, FederatedIdentity, SignInAttempt
from parvis.ledger.models import Entry
from parvis_simulators.signin.provider import Provider
from tests.support import signin

pytestmark = pytest.mark.django_db(transaction=True)
Played = dict[str, Provider]
PASSWORD = "un-mot-de-passe-long"
SIMPLE = {"franceconnect": "karim", "franceconnect-plus": "jeanne", "proconnect": "solene"}


@pytest.mark.parametrize("slug", sorted(SIMPLE))
def test_a_first_sign_in_creates_the_account_and_the_second_finds_it(played: Played, slug: str) -> None:
    for _ in range(2):
        browser = Browser()
        assert signin.come_back(browser, slug, SIMPLE[slug]).status_code == 302
        assert browser.session["_auth_user_id"] == str(Account.objects.get().id)
    row = FederatedIdentity.objects.get()
    assert row.claims["given_name"] == played[slug].people[SIMPLE[slug]]["given_name"]
    assert row.account.email is None
    assert "email" not in row.claims


def test_franceconnect_receives_only_what_its_list_allows(played: Played) -> None:
    sent = parse_qs(urlsplit(signin.departure(Browser(), "franceconnect", niveau="eidas1")).query)
    assert set(sent) == {"response_type", "client_id", "redirect_uri", "scope", "state", "nonce", "acr_values"}
    assert len(sent["nonce"][0]) >= 22


def test_the_simulator_refuses_what_franceconnect_refuses(played: Played) -> None:
    address = signin.departure(Browser(), "franceconnect")
    for extra in ("code_challenge=x", "max_age=60", "login_hint=a@b.fr", "prompt=none"):
        answer = requests.get(f"{address}&{extra}", timeout=5)
        assert (answer.status_code, "Y030007" in answer.text) == (400, True), extra


def test_proconnect_is_asked_for_essential_levels_with_pkce(played: Played) -> None:
    sent = parse_qs(urlsplit(signin.departure(Browser(), "proconnect", niveau="mfa")).query)
    assert sent["code_challenge_method"] == ["S256"]
    assert '"essential": true, "values": ["eidas0-mfa", "eidas1-mfa", "eidas2", "eidas3"]' in sent["claims"][0]
    assert "acr_values" not in sent


def test_a_step_up_brings_the_same_agent_back(played: Played) -> None:
    browser = Browser()
    signin.come_back(browser, "proconnect", "solene")
    assert sessions.axes_of(browser.session).authentication == 2
    sent = parse_qs(urlsplit(signin.departure(browser, "proconnect", niveau="mfa")).query)
    assert sent["login_hint"] == ["solene.kerdoncuff@rennes.example"]
    assert sent["siret_hint"] == ["21350238800019"]


def test_levels_end_up_in_the_session(played: Played) -> None:
    weak, strong = Browser(), Browser()
    signin.come_back(weak, "franceconnect", "karim")
    signin.come_back(strong, "franceconnect-plus", "karim", niveau="eidas3")
    assert sessions.axes_of(weak.session).identity == 1
    assert sessions.axes_of(strong.session).identity == 3


def test_the_same_address_never_opens_another_account(played: Played, monkeypatch: pytest.MonkeyPatch) -> None:
    victim = commands.register_account(email="victime@exemple.example", password=PASSWORD, actor=SYSTEM)
    told = played["franceconnect"].people["karim"]
    monkeypatch.setattr(
        type(played["franceconnect"]),
        "people",
        property(lambda _: {"karim": {**told, "email": victim.email, "email_verified": True}}),
    )
    browser = Browser()
    signin.come_back(browser, "franceconnect", "karim")
    assert browser.session["_auth_user_id"] != str(victim.id)
    assert Account.objects.count() == 2


def test_a_state_serves_once(played: Played) -> None:
    browser = Browser()
    back = signin.chosen(signin.departure(browser, "franceconnect"), "karim")
    assert browser.get(back).status_code == 302
    assert browser.get(back).context["code"] == "attempt_unknown"


def test_a_state_serves_in_the_browser_that_left_only(played: Played) -> None:
    theirs, other = Browser(), Browser()
    back = signin.chosen(signin.departure(theirs, "franceconnect"), "karim")
    signin.departure(other, "franceconnect")
    assert other.get(back).context["code"] == "attempt_unknown"
    assert "_auth_user_id" not in other.session


def test_a_state_of_one_provider_does_not_serve_another(played: Played) -> None:
    browser = Browser()
    back = signin.chosen(signin.departure(browser, "franceconnect"), "karim")
    assert browser.get(back.replace("/franceconnect/", "/proconnect/")).context["code"] == "attempt_unknown"


def test_a_state_is_over_after_ten_minutes(played: Played) -> None:
    browser = Browser()
    back = signin.chosen(signin.departure(browser, "franceconnect"), "karim")
    SignInAttempt.objects.update(expires_at=now() - timedelta(seconds=1))
    assert browser.get(back).context["code"] == "attempt_unknown"
    assert timedelta(minutes=10) == attempts.LIFE


def test_a_code_already_used_is_refused(played: Played) -> None:
    browser = Browser()
    first = parse_qs(urlsplit(signin.chosen(signin.departure(browser, "franceconnect"), "karim")).query)
    played["franceconnect"].codes.clear()
    query = urlencode({name: values[0] for name, values in first.items()})
    assert browser.get(f"/connexion/franceconnect/retour/?{query}").context["code"] == "code_refused"


def test_the_key_of_the_session_changes_at_sign_in_and_at_each_gain(played: Played) -> None:
    browser, seen = Browser(), set()
    signin.departure(browser, "proconnect")
    seen.add(browser.cookies["parvis"].value)
    for level in ("", "mfa"):
        signin.come_back(browser, "proconnect", "solene", **({"niveau": level} if level else {}))
        seen.add(browser.cookies["parvis"].value)
    assert len(seen) == 3


@pytest.mark.parametrize(
    "page", ["https://ailleurs.example/", "//ailleurs.example/", "/\\ailleurs.example", "javascript:alert(1)"]
)
def test_no_return_leaves_the_site(played: Played, page: str) -> None:
    answer = signin.come_back(Browser(), "franceconnect", "karim", next=page)
    assert answer["Location"] == reverse("home")


def test_a_return_to_our_own_page_is_kept(played: Played) -> None:
    assert signin.come_back(Browser(), "franceconnect", "karim", next="/mon-espace/")["Location"] == "/mon-espace/"


def test_giving_up_is_said_plainly(played: Played) -> None:
    answer = signin.come_back(Browser(), "franceconnect", "")
    assert answer.context["code"] == "access_denied"
    assert "abandonnée" in answer.content.decode()


@pytest.mark.parametrize(
    ("error", "word"),
    [
        ("temporarily_unavailable", "ne répond pas"),
        ("server_error", "ne répond pas"),
        ("invalid_acr", "niveau demandé"),
        ("login_required", "est terminée"),
        ("invalid_request", "contrôles de sécurité"),
    ],
)
def test_each_error_has_its_sentence(played: Played, error: str, word: str) -> None:
    browser = Browser()
    state = parse_qs(urlsplit(signin.departure(browser, "franceconnect")).query)["state"][0]
    answer = browser.get("/connexion/franceconnect/retour/", {"error": error, "state": state})
    assert word in answer.content.decode()


def test_a_provider_that_does_not_answer_is_said_plainly(played: Played, settings: Any) -> None:
    settings.FEDERATION = [settings.FEDERATION[0] | {"issuer": "http://127.0.0.1:9/api/v2"}]
    answer = Browser().get("/connexion/franceconnect/")
    assert answer.status_code == 422
    assert "ne répond pas" in answer.content.decode()


def test_a_new_key_of_the_provider_is_fetched_once_then_not_for_a_minute(played: Played) -> None:
    provider, asked = played["franceconnect"], []
    signin.come_back(Browser(), "franceconnect", "karim")
    provider.key = ECKey.generate_key("P-256", {"use": "sig", "alg": "ES256"}, auto_kid=True)
    honest = provider.keys
    provider.keys = lambda: asked.append(1) or honest()  # type: ignore[func-returns-value,method-assign]
    assert signin.come_back(Browser(), "franceconnect", "karim").status_code == 302
    provider.key = ECKey.generate_key("P-256", {"use": "sig", "alg": "ES256"}, auto_kid=True)
    for _ in range(3):
        assert signin.come_back(Browser(), "franceconnect", "karim").status_code == 422
    assert len(asked) == 1


def test_the_id_token_is_kept_sealed_and_leaves_with_the_person(played: Played) -> None:
    browser = Browser()
    signin.come_back(browser, "franceconnect", "karim")
    kept = str(dict(browser.session.items()))
    away = browser.post(reverse("account_logout"))["Location"]
    sent = parse_qs(urlsplit(away).query)
    assert away.startswith(played["franceconnect"].issuer + "/session/end?")
    assert sent["id_token_hint"][0].startswith("eyJ")
    assert sent["id_token_hint"][0] not in kept
    assert browser.session[sessions.LEAVING_KEY] == sent["state"][0]
    assert "_auth_user_id" not in browser.session
    assert browser.get(reverse("federation:left"), {"state": sent["state"][0]}).status_code == 302


def test_a_closed_account_stays_closed(played: Played) -> None:
    signin.come_back(Browser(), "franceconnect", "karim")
    Account.objects.update(is_active=False)
    browser = Browser()
    assert signin.come_back(browser, "franceconnect", "karim").status_code == 403
    assert "_auth_user_id" not in browser.session


def _linked(browser: Browser, slug: str, person: str) -> Any:
    answer = browser.post(reverse("federation:link", args=[slug]))
    assert answer.status_code == 302
    return browser.get(signin.chosen(answer["Location"], person))


def test_linking_a_second_provider_opens_the_same_account(played: Played) -> None:
    browser, later = Browser(), Browser()
    signin.come_back(browser, "franceconnect", "karim")
    assert _linked(browser, "franceconnect-plus", "karim")["Location"] == reverse("federation:identities")
    signin.come_back(later, "franceconnect-plus", "karim")
    assert Account.objects.count() == 1
    assert sessions.axes_of(browser.session).identity == 2


def test_an_identity_of_another_account_is_not_taken(played: Played) -> None:
    signin.come_back(Browser(), "franceconnect-plus", "jeanne")
    browser = Browser()
    signin.come_back(browser, "franceconnect", "karim")
    assert _linked(browser, "franceconnect-plus", "jeanne").status_code == 409
    assert FederatedIdentity.objects.values("account").distinct().count() == 2


def test_a_changed_civil_identity_takes_the_place_of_the_former(
    played: Played, monkeypatch: pytest.MonkeyPatch
) -> None:
    """FranceConnect draws its name of a person from the civil identity: corrected, it is another name."""
    browser = Browser()
    signin.come_back(browser, "proconnect", "solene")
    _linked(browser, "franceconnect", "karim")
    account = Account.objects.get()
    former = FederatedIdentity.objects.get(provider="franceconnect")
    monkeypatch.setattr(played["franceconnect"], "subject", lambda _person: "un-autre-nom")
    place = reverse("federation:relink", args=[former.id])
    assert "FranceConnect" in browser.get(place).content.decode()
    away = browser.post(place)["Location"]
    assert browser.get(signin.chosen(away, "karim"))["Location"] == reverse("federation:identities")
    now_known = FederatedIdentity.objects.get(provider="franceconnect")
    assert now_known.account == account
    assert now_known.sub != former.sub
    assert Entry.objects.filter(action="identity.relinked", about=account.id).exists()
    later = Browser()
    signin.come_back(later, "franceconnect", "karim")
    assert later.session["_auth_user_id"] == str(account.id)


def test_nobody_changes_the_identity_of_someone_else(played: Played) -> None:
    signin.come_back(Browser(), "franceconnect", "karim")
    browser = Browser()
    signin.come_back(browser, "franceconnect-plus", "jeanne")
    theirs = FederatedIdentity.objects.get(provider="franceconnect")
    assert browser.post(reverse("federation:relink", args=[theirs.id])).status_code == 404
    # Nor when the attempt is made up: another account's identity stays.
    _linked(browser, "proconnect", "solene")
    assert FederatedIdentity.objects.filter(id=theirs.id).exists()


def test_linking_asks_for_a_fresh_proof(played: Played) -> None:
    browser = Browser()
    signin.come_back(browser, "franceconnect", "karim")
    with time_machine.travel(time.time() + 6 * 60):
        answer = browser.post(reverse("federation:link", args=["franceconnect-plus"]))
    assert answer["Location"].startswith("/connexion/franceconnect/?next=")
    assert not SignInAttempt.objects.exists()


def test_the_last_way_in_is_kept(played: Played) -> None:
    browser = Browser()
    signin.come_back(browser, "franceconnect", "karim")
    row = FederatedIdentity.objects.get()
    assert browser.post(reverse("federation:unlink", args=[row.id])).status_code == 409
    _linked(browser, "franceconnect-plus", "karim")
    assert browser.post(reverse("federation:unlink", args=[row.id])).status_code == 302
    assert [one.provider for one in queries.identities_of(row.account_id)] == ["franceconnect-plus"]


def test_nobody_unlinks_for_someone_else(played: Played) -> None:
    signin.come_back(Browser(), "franceconnect", "jeanne")
    row = FederatedIdentity.objects.get()
    browser = Browser()
    signin.come_back(browser, "franceconnect", "karim")
    assert browser.post(reverse("federation:unlink", args=[row.id])).status_code == 404
    assert FederatedIdentity.objects.filter(id=row.id).exists()
