"""Two towns that put together all they ever received about the same people cannot match one of them.

The towns are given everything: callbacks, token answers, ID tokens, userinfo, introspection, logout tokens. People
come, go, renew, sign out, unlink and come back in any order. What is not a person's own is set aside by name below.
"""

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from joserfc import jwt
from joserfc.jwk import KeySet

from parvis.core import outward
from parvis.identity.provider import keys
from tests.support import town
from tests.support.jobs import run_jobs
from tests.support.town import Town

pytestmark = pytest.mark.django_db
PEOPLE = ("ines", "karim", "solene")
# The same for everybody, or the moment of the town's own visit: nothing here is a person's.
COMMON = {"iss", "aud", "client_id", "state", "nonce", "acr", "amr", "scope", "token_type", "expires_in", "events"}
COMMON |= {"active", "iat", "exp"}
ACTIONS = ("come", "come_and_let_keep", "refresh", "ask", "sign_out", "unlink")
Move = tuple[str, str, str]
MOVES = st.lists(
    st.tuples(st.sampled_from(PEOPLE), st.sampled_from(("rennes", "nice")), st.sampled_from(ACTIONS)), max_size=15
)


def _values(held: Any, name: str = "") -> Iterator[Any]:
    """Every value in what a town holds, wherever it is, except those that are nobody's."""
    if isinstance(held, dict):
        for key, value in held.items():
            if key not in COMMON:
                yield from _values(value, key)
    elif isinstance(held, list):
        for value in held:
            yield from _values(value, name)
    else:
        yield held


class _Visits:
    """What each town received, kept for each person, as if both had written down who was in front of them."""

    def __init__(self) -> None:
        self.browsers = {name: town.signed_in(name) for name in PEOPLE}
        self.clients = {
            name: Town(
                town.registered(name.capitalize(), backchannel_logout_uri=f"https://{name}.example/fin"),
                name.capitalize(),
            )
            for name in ("rennes", "nice")
        }
        self.held: dict[tuple[str, str], list[Any]] = {(one, where): [] for one in PEOPLE for where in self.clients}
        self.kept: dict[tuple[str, str], dict[str, Any]] = {}

    def play(self, who: str, where: str, action: str) -> None:
        client, browser = self.clients[where], self.browsers[who]
        client.held = self.held[who, where]
        tokens = self.kept.get((who, where))
        if action in ("come", "come_and_let_keep"):
            scope = "openid" if action == "come" else "openid offline_access"
            self.kept[who, where] = client.tokens(browser, scope=scope)
        elif action == "refresh" and tokens and "refresh_token" in tokens:
            answer = client.refresh(tokens["refresh_token"])
            self.kept[who, where] = answer.json() if answer.status_code == 200 else {}
        elif action == "ask" and tokens:
            client.userinfo(tokens["access_token"])
            client.held.append(client.inspect(tokens["access_token"]))
        elif action == "sign_out":
            browser.post("/compte/logout/")
            self.browsers[who] = town.signed_in(who)
            run_jobs()
        elif action == "unlink":
            browser.post("/compte/villes/", {"site": where, "geste": "detacher-vraiment"})
            run_jobs()

    def told(self, url: str, token: str) -> None:
        """A logout token: the town knows whose it is by its own pseudonym."""
        where = "rennes" if "rennes" in url else "nice"
        claims = dict(jwt.decode(token, KeySet.import_key_set({"keys": keys.published()})).claims)
        for who in PEOPLE:
            if claims["sub"] in set(_values(self.held[who, where])):
                self.held[who, where].append(claims)
                return
        pytest.fail("a town was told of somebody it does not know")


@pytest.fixture
def people(db: None) -> None:
    for name in PEOPLE:
        town.person(name)


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(moves=MOVES)
def test_no_value_is_shared_by_two_towns(people: None, monkeypatch: pytest.MonkeyPatch, moves: list[Move]) -> None:
    with transaction.atomic():
        visits = _Visits()

        def request(_method: str, url: str, *, body: bytes = b"", **_: Any) -> tuple[int, bytes]:
            visits.told(url, parse_qs(body.decode())["logout_token"][0])
            return 200, b""

        monkeypatch.setattr(outward, "request", request)
        everyone_everywhere = [(who, where, "come_and_let_keep") for who in PEOPLE for where in ("rennes", "nice")]
        for who, where, action in [*everyone_everywhere, *moves, *((who, "rennes", "sign_out") for who in PEOPLE)]:
            visits.play(who, where, action)
        here, there = (
            {value for (_, place), held in visits.held.items() if place == name for value in _values(held)}
            for name in ("rennes", "nice")
        )
        assert len(here) > len(PEOPLE)  # the towns do hold something
        assert here & there == set()
        transaction.set_rollback(True)


def test_what_the_person_agreed_to_say_to_both_is_what_both_have(people: None) -> None:
    """The only shared values are those the person chose to give to both, by name, on a page for each."""
    visits = _Visits()
    for where, client in visits.clients.items():
        client.held = visits.held["ines", where]
        client.userinfo(client.tokens(visits.browsers["ines"], scope="openid email")["access_token"])
    here, there = (set(_values(visits.held["ines", where])) for where in ("rennes", "nice"))
    assert here & there == {"ines@exemple.example", True}
