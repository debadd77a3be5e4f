"""A town's site played against our provider: what an honest client does, and what it holds afterwards."""

import base64
import hashlib
import json
import secrets
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import pytest
from django.core.cache import cache
from django.test import Client as Browser
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet

from parvis.core.actor import SYSTEM
from parvis.core.ids import new_id
from parvis.identity.commands import register_account
from parvis.identity.models import Account
from parvis.identity.provider import registry
from parvis.identity.provider.registry import Registered, Registration

SITE = "http://testserver"
AUTHORIZE, TOKEN, PAR = "/openid/authorize", "/openid/token", "/openid/par"
USERINFO, INSPECT, REVOKE, LOGOUT = "/openid/userinfo", "/openid/introspect", "/openid/revoke", "/openid/logout"


def registered(place: str = "Rennes", **wanted: Any) -> Registered:
    """Register a town's site, honest by default."""
    return registry.add_client(wanted=registration(place, **wanted), actor=SYSTEM)


def registration(place: str = "Rennes", **wanted: Any) -> Registration:
    """What a town declares of its site."""
    host = f"https://{place.lower()}.example"
    filled: dict[str, Any] = {
        "name": f"Ville de {place}",
        "purpose": "Vous retrouver dans votre espace famille.",
        "organisation": new_id(),
        "sector": place.lower(),
        "redirect_uris": [f"{host}/retour"],
        "post_logout_redirect_uris": [f"{host}/au-revoir"],
        "scopes": ["openid", "email", "profile", "offline_access"],
    }
    return Registration(**filled | wanted)


@dataclass
class Town:
    """One client with its credential. ``held`` is all it ever received."""

    made: Registered
    name: str = "Rennes"
    verifier: str = field(default_factory=lambda: secrets.token_urlsafe(48))
    held: list[Any] = field(default_factory=list)

    @property
    def back(self) -> str:
        return f"https://{self.name.lower()}.example/retour"

    @property
    def basic(self) -> dict[str, str]:
        pair = f"{self.made.client_id}:{self.made.secret}".encode()
        return {"Authorization": f"Basic {base64.b64encode(pair).decode()}"} if self.made.secret else {}

    @property
    def challenge(self) -> str:
        return text(hashlib.sha256(self.verifier.encode()).digest())

    def params(self, **changed: str | None) -> dict[str, str]:
        """An authorization request; None removes a parameter."""
        asked: dict[str, str | None] = {
            "client_id": self.made.client_id,
            "redirect_uri": self.back,
            "response_type": "code",
            "scope": "openid",
            "state": "etat",
            "nonce": "nonce",
            "code_challenge": self.challenge,
            "code_challenge_method": "S256",
        }
        return {name: value for name, value in (asked | changed).items() if value is not None}

    def ask(self, browser: Browser, **changed: str | None) -> Any:
        """Send the browser to our provider and return its first answer."""
        return browser.get(f"{AUTHORIZE}?{urlencode(self.params(**changed))}")

    def sign_in(self, browser: Browser, answer_with: str | None = "accepter", **changed: str | None) -> dict[str, str]:
        """Go through our pages, agree if asked, and return what came back to the town."""
        answer = self.ask(browser, **changed)
        for _ in range(6):
            place = answer.get("Location", "")
            if place.startswith(self.back):
                found = dict(parse_qsl(urlsplit(place).query))
                self.held.append({"callback": found})
                return found
            if answer.status_code == 200:
                here = answer.request["PATH_INFO"]
                answer = browser.post(here, {"reponse": answer_with or ""})
            else:
                answer = browser.get(place)
        pytest.fail(f"{answer.status_code} {answer.content[:500]!r}")

    def post(self, path: str, headers: Any = None, **body: str) -> Any:
        """Call one of our endpoints from the town's server."""
        sent = self.basic | (headers or {})
        whole = body if "Authorization" in sent else {"client_id": self.made.client_id} | body
        return Browser().post(path, {name: value for name, value in whole.items() if value}, headers=sent)

    def exchange(self, code: str, headers: Any = None, **changed: str) -> Any:
        """Exchange a code."""
        body = {"grant_type": "authorization_code", "code": code, "redirect_uri": self.back}
        answer = self.post(TOKEN, headers, **body | {"code_verifier": self.verifier} | changed)
        if answer.status_code == 200:
            self.hold(answer.json())
        return answer

    def hold(self, tokens: dict[str, Any]) -> None:
        """Keep what a token answer told: itself, and the claims of its ID token."""
        self.held += [tokens, {"id_token": claims(tokens["id_token"])}]

    def tokens(self, browser: Browser, **changed: str | None) -> dict[str, Any]:
        """Sign in and exchange."""
        answer = self.exchange(self.sign_in(browser, **changed)["code"])
        assert answer.status_code == 200, answer.content
        found: dict[str, Any] = answer.json()
        return found

    def refresh(self, token: str, headers: Any = None, **body: str) -> Any:
        """Renew."""
        answer = self.post(TOKEN, headers, grant_type="refresh_token", refresh_token=token, **body)
        if answer.status_code == 200:
            self.hold(answer.json())
        return answer

    def userinfo(self, token: str, **headers: str) -> Any:
        """Ask who it is."""
        answer = Browser().get(USERINFO, headers={"Authorization": f"Bearer {token}"} | headers)
        if answer.status_code == 200:
            self.held.append(answer.json())
        return answer

    def inspect(self, token: str) -> dict[str, Any]:
        """Ask what a token is worth."""
        found: dict[str, Any] = self.post(INSPECT, token=token).json()
        return found


def text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def claims(token: str) -> dict[str, Any]:
    """Verify a token of ours with the published keys and return its claims."""
    keys = KeySet.import_key_set(Browser().get("/openid/jwks").json())
    return dict(jwt.decode(token, keys, algorithms=["ES256"]).claims)


def proof(key: ECKey, path: str, method: str = "POST", *, typ: str = "dpop+jwt", **changed: Any) -> str:
    """A DPoP proof; ``token`` binds it to an access token."""
    body = {"jti": secrets.token_hex(8), "htm": method, "htu": f"{SITE}{path}", "iat": int(time.time())}
    if token := changed.pop("token", ""):
        body["ath"] = text(hashlib.sha256(token.encode()).digest())
    jwk = changed.pop("jwk", key.as_dict(private=False))
    head = {"typ": typ, "alg": changed.pop("alg", "ES256"), "jwk": jwk}
    return str(jwt.encode(head, body | changed, key))


def person(name: str = "ines") -> Account:
    """An account with a proven address."""
    return register_account(
        email=f"{name}@exemple.example",
        password="un-mot-de-passe-long",
        first_name="Inès",
        last_name="Le Bihan",
        actor=SYSTEM,
    )


def signed_in(name: str = "ines") -> Browser:
    """A browser where someone signed in with a password."""
    cache.clear()  # the limits on signing in are not what is tried here
    browser = Browser()
    answer = browser.post("/compte/login/", {"login": f"{name}@exemple.example", "password": "un-mot-de-passe-long"})
    assert answer.status_code == 302, answer.content[:500]
    return browser


def error_of(answer: Any) -> str:
    """The error of an endpoint, or the one sent back to a town."""
    if "Location" in answer:
        return str(parse_qs(urlsplit(answer["Location"]).query).get("error", [""])[0])
    return str(json.loads(answer.content).get("error", ""))
