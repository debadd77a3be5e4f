"""Hostile use of codes and tokens (RFC 9700, ASVS 5 V10.3, V10.4): stolen, replayed, widened, outlived."""

import threading
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connections
from django.test import Client as Browser
from joserfc.jwk import ECKey

from parvis.core.actor import SYSTEM
from parvis.core.clock import now
from parvis.identity.provider import grants, registry
from parvis.identity.provider.models import Authorisation, ProviderToken, RelyingParty
from parvis.ledger.models import Entry
from tests.support import town
from tests.support.town import Town, error_of

pytestmark = pytest.mark.django_db
OFFLINE = "openid offline_access"


def test_a_code_shown_twice_kills_what_came_from_it(rennes: Town, browser: Browser) -> None:
    """ASVS 10.4.2, RFC 9700 §4.5."""
    code = rennes.sign_in(browser, scope=OFFLINE)["code"]
    tokens = rennes.exchange(code).json()
    assert error_of(rennes.exchange(code, code_verifier="mauvais" * 8)) == "invalid_grant"  # whoever shows it
    assert rennes.userinfo(tokens["access_token"]).status_code == 401
    assert error_of(rennes.refresh(tokens["refresh_token"])) == "invalid_grant"
    assert Entry.objects.filter(action="provider.code_replayed", outcome="refused").exists()


def test_a_code_lives_a_minute(rennes: Town, browser: Browser) -> None:
    """ASVS 10.4.3."""
    code = rennes.sign_in(browser)["code"]
    with time_machine.travel(now() + timedelta(seconds=61)):
        assert error_of(rennes.exchange(code)) == "invalid_grant"


@pytest.mark.parametrize(
    "changed",
    [
        {"redirect_uri": "https://rennes.example/autre"},
        {"redirect_uri": ""},
        {"code_verifier": ""},
        {"code_verifier": "x" * 43},
        {"code_verifier": "é" * 43},
        {"code": "faux"},
        {"code": ""},
    ],
)
def test_a_code_works_for_its_request_only(rennes: Town, browser: Browser, changed: dict[str, str]) -> None:
    code = rennes.sign_in(browser)["code"]
    assert error_of(rennes.exchange(**{"code": code} | changed)) == "invalid_grant"


def test_a_code_works_for_its_client_only(rennes: Town, nice: Town, browser: Browser) -> None:
    code = rennes.sign_in(browser)["code"]
    answer = nice.exchange(code, redirect_uri=rennes.back, code_verifier=rennes.verifier)
    assert error_of(answer) == "invalid_grant"
    assert rennes.exchange(code).status_code == 200  # the thief did not burn it


def test_the_challenge_itself_is_not_a_verifier(rennes: Town, browser: Browser) -> None:
    """RFC 9700 §2.1.1: no downgrade to `plain` at the token endpoint."""
    code = rennes.sign_in(browser)["code"]
    assert error_of(rennes.exchange(code, code_verifier=rennes.challenge)) == "invalid_grant"


@pytest.mark.django_db(transaction=True)
def test_two_exchanges_at_once_give_tokens_once(rennes: Town, browser: Browser) -> None:
    code = rennes.sign_in(browser)["code"]
    statuses: list[int] = []

    def exchange() -> None:
        statuses.append(rennes.exchange(code).status_code)
        connections.close_all()

    threads = [threading.Thread(target=exchange) for _ in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sorted(statuses) == [200, 400, 400, 400]
    assert Authorisation.objects.get().revoked_at


@pytest.mark.parametrize("kind", ["password", "implicit", "urn:ietf:params:oauth:grant-type:device_code", ""])
def test_no_other_grant(rennes: Town, kind: str) -> None:
    answer = rennes.post(town.TOKEN, grant_type=kind, username="ines", password="x")
    assert error_of(answer) == "unsupported_grant_type"


def test_a_refresh_token_serves_once(rennes: Town, browser: Browser) -> None:
    first = rennes.tokens(browser, scope=OFFLINE)
    second = rennes.refresh(first["refresh_token"]).json()
    assert second["refresh_token"] != first["refresh_token"]
    was, now_is = (town.claims(one["id_token"]) for one in (first, second))
    assert (now_is["sub"], now_is["auth_time"]) == (was["sub"], was["auth_time"])
    assert "nonce" not in now_is
    assert rennes.userinfo(second["access_token"]).status_code == 200


def test_a_refresh_token_shown_again_kills_the_family(rennes: Town, browser: Browser) -> None:
    """ASVS 10.4.5, RFC 9700 §4.14."""
    first = rennes.tokens(browser, scope=OFFLINE)
    second = rennes.refresh(first["refresh_token"]).json()
    assert error_of(rennes.refresh(first["refresh_token"])) == "invalid_grant"
    assert error_of(rennes.refresh(second["refresh_token"])) == "invalid_grant"
    assert rennes.userinfo(second["access_token"]).status_code == 401
    assert Entry.objects.filter(action="provider.refresh_reused", outcome="refused").exists()


def test_a_refresh_token_is_its_clients(rennes: Town, nice: Town, browser: Browser) -> None:
    token = rennes.tokens(browser, scope=OFFLINE)["refresh_token"]
    assert error_of(nice.refresh(token)) == "invalid_grant"
    assert rennes.refresh(token).status_code == 200


def test_a_refresh_widens_nothing(rennes: Town, browser: Browser) -> None:
    token = rennes.tokens(browser, scope=OFFLINE)["refresh_token"]
    assert error_of(rennes.refresh(token, scope="openid email")) == "invalid_scope"


def test_refreshing_has_an_end_whatever_happens(rennes: Town, browser: Browser) -> None:
    """ASVS 10.4.8: ninety days after the person was last there, used or not."""
    start = now()
    token = rennes.tokens(browser, scope=OFFLINE)["refresh_token"]
    for day in range(13, 90, 13):
        with time_machine.travel(start + timedelta(days=day)):
            token = rennes.refresh(token).json()["refresh_token"]
    with time_machine.travel(start + timedelta(days=90, seconds=1)):
        assert error_of(rennes.refresh(token)) == "invalid_grant"


def test_a_refresh_token_left_aside_dies(rennes: Town, browser: Browser) -> None:
    token = rennes.tokens(browser, scope=OFFLINE)["refresh_token"]
    with time_machine.travel(now() + timedelta(days=14, seconds=1)):
        assert error_of(rennes.refresh(token)) == "invalid_grant"


def test_an_access_token_lives_ten_minutes(rennes: Town, browser: Browser) -> None:
    token = rennes.tokens(browser)["access_token"]
    with time_machine.travel(now() + timedelta(minutes=10, seconds=1)):
        assert rennes.userinfo(token).status_code == 401
        assert rennes.inspect(token) == {"active": False}


def test_the_database_holds_no_token(rennes: Town, browser: Browser) -> None:
    tokens = rennes.tokens(browser, scope=OFFLINE)
    kept = str(list(ProviderToken.objects.values())) + str(list(Authorisation.objects.values()))
    assert tokens["access_token"] not in kept
    assert tokens["refresh_token"] not in kept


# --- Access tokens ------------------------------------------------------------------------------------------------


def test_a_token_is_never_in_an_address(rennes: Town, browser: Browser) -> None:
    token = rennes.tokens(browser)["access_token"]
    answer = Browser().get(f"{town.USERINFO}?access_token={token}")
    assert (answer.status_code, error_of(answer)) == (400, "invalid_request")
    assert Browser().post(town.USERINFO, {"access_token": token}).status_code == 401


def test_an_id_token_or_a_refresh_token_is_not_an_access_token(rennes: Town, browser: Browser) -> None:
    tokens = rennes.tokens(browser, scope=OFFLINE)
    for kind in ("id_token", "refresh_token"):
        answer = rennes.userinfo(tokens[kind])
        assert answer.status_code == 401
        assert 'error="invalid_token"' in answer["WWW-Authenticate"]


def test_a_persons_token_opens_no_api(rennes: Town, browser: Browser) -> None:
    """ASVS 10.3.1: its audience is the town and our userinfo, nobody else."""
    token = rennes.tokens(browser)["access_token"]
    answer = Browser().get("/api/v1/notifications", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 401


def test_introspection_answers_the_audience_only(rennes: Town, nice: Town, browser: Browser) -> None:
    """RFC 7662 §2.2: someone else's token and a dead one look the same."""
    api = Town(town.registered("RennesApi", sector="rennes"), "RennesApi")
    mine = Town(town.registered("Brest", sector="rennes", audiences=[api.made.client_id, nice.made.client_id]), "Brest")
    tokens = mine.tokens(browser, scope=OFFLINE)
    assert mine.inspect(tokens["access_token"])["active"]
    assert api.inspect(tokens["access_token"])["active"]
    assert api.inspect(tokens["refresh_token"]) == {"active": False}
    # Named as an audience or not, another sector learns no pseudonym that is not its own.
    assert nice.inspect(tokens["access_token"]) == {"active": False}
    assert rennes.inspect(tokens["access_token"]) == {"active": False}
    assert rennes.inspect("faux") == {"active": False}


def test_nobody_introspects_without_proof(browser: Browser) -> None:
    public = Town(town.registered(auth_method="none"))
    token = public.tokens(browser)["access_token"]
    assert public.post(town.INSPECT, token=token).status_code == 401


def test_a_client_revokes_its_own_tokens(rennes: Town, nice: Town, browser: Browser) -> None:
    """RFC 7009, ASVS 10.4.9: a refresh token goes with its family, an access token alone."""
    tokens = rennes.tokens(browser, scope=OFFLINE)
    assert nice.post(town.REVOKE, token=tokens["refresh_token"]).status_code == 200
    assert rennes.userinfo(tokens["access_token"]).status_code == 200
    assert rennes.post(town.REVOKE, token=tokens["access_token"]).status_code == 200
    assert rennes.userinfo(tokens["access_token"]).status_code == 401
    renewed = rennes.refresh(tokens["refresh_token"]).json()
    assert rennes.post(town.REVOKE, token=renewed["refresh_token"]).status_code == 200
    assert rennes.userinfo(renewed["access_token"]).status_code == 401
    assert rennes.post(town.REVOKE, token="inconnu").status_code == 200


def test_a_revoked_client_holds_nothing(rennes: Town, browser: Browser) -> None:
    token = rennes.tokens(browser)["access_token"]
    registry.revoke_client(client=rennes.made.id, actor=SYSTEM)
    answer = Browser().get(town.USERINFO, headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 401


def test_a_client_revoked_by_any_means_holds_nothing(rennes: Town, browser: Browser) -> None:
    token = rennes.tokens(browser)["access_token"]
    RelyingParty.objects.update(revoked_at=now())
    assert rennes.userinfo(token).status_code == 401


def test_what_is_over_is_removed(rennes: Town, browser: Browser) -> None:
    rennes.tokens(browser, scope=OFFLINE)
    with time_machine.travel(now() + timedelta(days=91)):
        grants.forget()
    assert not ProviderToken.objects.exists()
    assert not Authorisation.objects.exists()


# --- Possession (RFC 9449) ----------------------------------------------------------------------------------------


@pytest.fixture
def key() -> ECKey:
    return ECKey.generate_key("P-256")


def _bound(client: Town, browser: Browser, key: ECKey, **changed: str) -> dict[str, Any]:
    answer = client.exchange(client.sign_in(browser, **changed)["code"], {"DPoP": town.proof(key, town.TOKEN)})
    assert answer.status_code == 200, answer.content
    found: dict[str, Any] = answer.json()
    return found


def _userinfo(token: str, proof: str, scheme: str = "DPoP") -> Any:
    headers = {"Authorization": f"{scheme} {token}"} | ({"DPoP": proof} if proof else {})
    return Browser().get(town.USERINFO, headers=headers)


def test_a_token_bound_to_a_key(rennes: Town, browser: Browser, key: ECKey) -> None:
    tokens = _bound(rennes, browser, key)
    token = tokens["access_token"]
    assert tokens["token_type"] == "DPoP"
    assert rennes.inspect(token)["cnf"] == {"jkt": key.thumbprint()}
    proof = town.proof(key, town.USERINFO, "GET", token=token)
    assert _userinfo(token, proof).status_code == 200
    assert _userinfo(token, proof).status_code == 401  # its jti was seen
    assert _userinfo(token, "", "Bearer").status_code == 401
    assert _userinfo(token, town.proof(key, town.USERINFO, "GET", token=token), "Bearer").status_code == 401


def test_bad_proofs_of_possession(rennes: Town, browser: Browser, key: ECKey) -> None:
    token = _bound(rennes, browser, key)["access_token"]
    other, at = ECKey.generate_key("P-256"), int(now().timestamp())
    bad = {
        "method": town.proof(key, town.USERINFO, "POST", token=token),
        "address": town.proof(key, town.TOKEN, "GET", token=token),
        "another site": town.proof(
            key, town.USERINFO, "GET", token=token, htu=f"https://mechant.example{town.USERINFO}"
        ),
        "no ath": town.proof(key, town.USERINFO, "GET"),
        "another token": town.proof(key, town.USERINFO, "GET", token="autre"),
        "another key": town.proof(other, town.USERINFO, "GET", token=token),
        "old": town.proof(key, town.USERINFO, "GET", token=token, iat=at - 90),
        "to come": town.proof(key, town.USERINFO, "GET", token=token, iat=at + 90),
        "no iat": town.proof(key, town.USERINFO, "GET", token=token, iat=None),
        "no jti": town.proof(key, town.USERINFO, "GET", token=token, jti=""),
        "type": town.proof(key, town.USERINFO, "GET", token=token, typ="JWT"),
        "private key shown": town.proof(key, town.USERINFO, "GET", token=token, jwk=key.as_dict(private=True)),
        "signed by another": town.proof(other, town.USERINFO, "GET", token=token, jwk=key.as_dict(private=False)),
        "no proof": "",
        "two": town.proof(key, town.USERINFO, "GET", token=token) + ", " + town.proof(key, town.USERINFO, "GET"),
        "garbage": "a.b.c",
    }
    accepted = [why for why, proof in bad.items() if _userinfo(token, proof).status_code != 401]
    assert accepted == []


def test_a_client_that_must_prove_possession(browser: Browser, key: ECKey) -> None:
    strict = Town(town.registered(dpop_bound=True))
    code = strict.sign_in(browser)["code"]
    assert error_of(strict.exchange(code)) == "invalid_dpop_proof"
    assert strict.exchange(code, {"DPoP": town.proof(key, town.TOKEN)}).json()["token_type"] == "DPoP"


def test_a_code_bound_to_a_key(rennes: Town, browser: Browser, key: ECKey) -> None:
    """RFC 9449 §10: asked with a thumbprint, exchanged with that very key."""
    code = rennes.sign_in(browser, dpop_jkt=key.thumbprint())["code"]
    thief = ECKey.generate_key("P-256")
    assert error_of(rennes.exchange(code)) == "invalid_grant"
    assert error_of(rennes.exchange(code, {"DPoP": town.proof(thief, town.TOKEN)})) == "invalid_grant"
    assert rennes.exchange(code, {"DPoP": town.proof(key, town.TOKEN)}).status_code == 200


def test_a_public_clients_refresh_token_is_held_to_its_key(browser: Browser, key: ECKey) -> None:
    public = Town(town.registered(auth_method="none"))
    token = _bound(public, browser, key, scope=OFFLINE)["refresh_token"]
    thief = ECKey.generate_key("P-256")
    assert error_of(public.refresh(token, {"DPoP": town.proof(thief, town.TOKEN)})) == "invalid_grant"
    assert error_of(public.refresh(token)) == "invalid_grant"
    assert public.refresh(token, {"DPoP": town.proof(key, town.TOKEN)}).status_code == 200
