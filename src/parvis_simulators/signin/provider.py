"""One provider: its keys, its codes and its tokens. Answers are plain values: the server only carries them."""

import base64
import hashlib
import json
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from joserfc import jwe, jwt
from joserfc.jwk import ECKey, RSAKey

from parvis_simulators.signin.people import AGENTS, CITIZENS
from parvis_simulators.signin.rules import FAMILIES, Family, level, page_refusal


@dataclass(frozen=True, slots=True)
class Client:
    """The one relying party this provider knows."""

    client_id: str
    secret: str
    redirect_uri: str
    encryption_key: str = ""  # PEM of its public key, for FranceConnect+


@dataclass(frozen=True, slots=True)
class Grant:
    """What a code stands for."""

    asked: Mapping[str, str]
    person: str
    acr: str
    at: float


@dataclass
class Provider:
    """A provider in memory, forgotten when it stops."""

    kind: str
    issuer: str
    client: Client
    key: ECKey = field(
        default_factory=lambda: ECKey.generate_key("P-256", {"use": "sig", "alg": "ES256"}, auto_kid=True)
    )
    codes: dict[str, Grant] = field(default_factory=dict)
    access: dict[str, Grant] = field(default_factory=dict)

    @property
    def family(self) -> Family:
        """Its rules."""
        return FAMILIES[self.kind]

    @property
    def people(self) -> Mapping[str, Mapping[str, str]]:
        """Who may sign in here."""
        return AGENTS if self.family.agents else CITIZENS

    def description(self) -> dict[str, Any]:
        """OpenID Connect Discovery."""
        paths = {
            "authorization_endpoint": "/authorize",
            "token_endpoint": "/token",
            "userinfo_endpoint": "/userinfo",
            "jwks_uri": "/jwks",
            "end_session_endpoint": "/session/end",
        }
        return {
            "issuer": self.issuer,
            "authorization_response_iss_parameter_supported": True,
            "id_token_signing_alg_values_supported": ["ES256"],
            **{name: self.issuer + path for name, path in paths.items()},
        }

    def keys(self) -> dict[str, Any]:
        """Its public keys."""
        return {"keys": [self.key.as_dict(private=False)]}

    def refusal(self, asked: Mapping[str, str]) -> str:
        """The code of the error page, or an empty text."""
        return page_refusal(self.family, asked, client_id=self.client.client_id, redirect_uri=self.client.redirect_uri)

    def error_address(self, asked: Mapping[str, str], error: str, description: str = "") -> str:
        """Where to send the person back with an error."""
        answer = {"error": error, "error_description": description, "state": asked["state"], "iss": self.issuer}
        return f"{asked['redirect_uri']}?{urlencode(answer)}"

    def authorize(self, asked: Mapping[str, str], person: str) -> str:
        """Where to send the person back, once they have chosen who they are."""
        granted = level(self.family, asked)
        if not granted:
            unmet = ("access_denied", "requested ACRs could not be satisfied")
            return self.error_address(asked, *(unmet if self.family.agents else ("invalid_acr", "")))
        code = secrets.token_urlsafe(32)
        self.codes[code] = Grant(asked, person, granted, time.time())
        return f"{asked['redirect_uri']}?{urlencode(self.answer(code, asked))}"

    def answer(self, code: str, asked: Mapping[str, str]) -> dict[str, str]:
        """The parameters of a successful return."""
        return {"code": code, "state": asked["state"], "iss": self.issuer}

    def token(self, form: Mapping[str, str]) -> tuple[int, dict[str, Any]]:
        """Exchange a code: once, in time, by the client it was given to."""
        grant = self.codes.pop(form.get("code", ""), None)
        if form.get("client_id") != self.client.client_id or form.get("client_secret") != self.client.secret:
            return 401, {"error": "invalid_client"}
        if grant is None or time.time() - grant.at > self.family.code_life or not _answers(grant.asked, form):
            return 400, {"error": "invalid_grant"}
        access = secrets.token_urlsafe(32)
        self.access[access] = grant
        return 200, {
            "access_token": access,
            "token_type": "Bearer",
            "expires_in": self.family.token_life,
            "scope": grant.asked["scope"],
            "id_token": self.sealed(self.sign(self.id_claims(grant, access))),
        }

    def userinfo(self, access: str) -> str:
        """The person's claims, signed; empty when the token is unknown or too old."""
        grant = self.access.get(access)
        if grant is None or time.time() - grant.at > self.family.token_life:
            return ""
        return self.sealed(self.sign(self.user_claims(grant)))

    def id_claims(self, grant: Grant, access: str) -> dict[str, Any]:
        """What the ID token says."""
        at = int(time.time())
        digest = hashlib.sha256(access.encode()).digest()[:16]
        return {
            "sub": self.subject(grant.person),
            "iss": self.issuer,
            "aud": self.client.client_id,
            "iat": at,
            "exp": at + 60,
            "auth_time": int(grant.at),
            "nonce": grant.asked["nonce"],
            "acr": grant.acr,
            "amr": ["pwd", "otp", "mfa"] if "mfa" in grant.acr else ["pwd"],
            "at_hash": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
        }

    def user_claims(self, grant: Grant) -> dict[str, Any]:
        """What the claims address says."""
        at = int(time.time())
        told = {name: value for name, value in self.people[grant.person].items() if value}
        head = {"sub": self.subject(grant.person), "iss": self.issuer, "aud": self.client.client_id}
        return head | told | {"iat": at, "exp": at + 60}

    def subject(self, person: str) -> str:
        """A stable pseudonym of a person, in the form of FranceConnect's."""
        return hashlib.sha256(f"{self.kind}:{person}".encode()).hexdigest() + "v1"

    def sign(self, claims: Mapping[str, Any]) -> str:
        """A signed token."""
        return jwt.encode({"alg": "ES256", "kid": self.key.kid}, dict(claims), self.key, algorithms=["ES256"])

    def sealed(self, token: str) -> str:
        """The token, encrypted where the service encrypts."""
        if not self.family.encrypted:
            return token
        header = {
            "alg": "RSA-OAEP-256",
            "enc": "A256GCM",
            "cty": "JWT",
            "iss": self.issuer,
            "aud": self.client.client_id,
        }
        registry = jwe.JWERegistry(algorithms=["RSA-OAEP-256", "A256GCM"], strict_check_header=False)
        key = RSAKey.import_key(self.client.encryption_key)
        return jwe.encrypt_compact(header, token.encode(), key, registry=registry)


def _answers(asked: Mapping[str, str], form: Mapping[str, str]) -> bool:
    """Whether the exchange names the same return address and knows the secret behind the challenge."""
    if form.get("redirect_uri") != asked["redirect_uri"]:
        return False
    challenge = asked.get("code_challenge")
    if not challenge:
        return "code_verifier" not in form
    digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode() == challenge


def as_bytes(value: Mapping[str, Any]) -> bytes:
    """A JSON body."""
    return json.dumps(value).encode()
