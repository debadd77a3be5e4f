"""A provider that lies in one way at a time: the nineteen attacks of the specification, and a few of FranceConnect+."""

import hashlib
import hmac
import time
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from joserfc import jwt
from joserfc.jwk import ECKey
from joserfc.util import json_b64encode, urlsafe_b64encode

from parvis_simulators.signin.provider import Grant, Provider

Claims = dict[str, Any]
OTHER = "https://autre.example/api/v2"


def put(**values: Any) -> Callable[[Claims], Claims]:
    return lambda claims: claims | values


def without(name: str) -> Callable[[Claims], Claims]:
    return lambda claims: {key: value for key, value in claims.items() if key != name}


def later(name: str, seconds: int) -> Callable[[Claims], Claims]:
    return lambda claims: claims | {name: int(time.time()) + seconds}


# attack → (what it does to the claims of the ID token, the code we must answer)
CLAIMS: dict[str, tuple[Callable[[Claims], Claims], str]] = {
    "aud_of_another": (put(aud="un-autre-client"), "aud_wrong"),
    "iss_of_another": (put(iss=OTHER), "iss_wrong"),
    "aud_shared_azp_other": (
        lambda claims: claims | {"aud": [claims["aud"], "autre"], "azp": "autre"},
        "azp_wrong",
    ),
    "nonce_of_another": (put(nonce="n" * 43), "nonce_wrong"),
    "no_nonce": (without("nonce"), "nonce_missing"),
    "expired": (later("exp", -60), "expired"),
    "no_exp": (without("exp"), "exp_missing"),
    "iat_in_future": (later("iat", 600), "iat_in_future"),
    "acr_too_low": (put(acr="eidas0"), "acr_too_low"),
    "no_acr": (without("acr"), "acr_missing"),
    "old_auth_time": (later("auth_time", -7200), "auth_time_too_old"),
    "at_hash_of_another": (put(at_hash="A" * 22), "at_hash_wrong"),
    # Beyond the nineteen.
    "azp_other": (put(azp="autre"), "azp_wrong"),
    "no_iat": (without("iat"), "iat_missing"),
    "no_auth_time": (without("auth_time"), "auth_time_missing"),
    "auth_time_in_future": (later("auth_time", 600), "auth_time_in_future"),
    "exp_is_text": (put(exp="9999999999"), "exp_missing"),
    "no_sub": (without("sub"), "sub_missing"),
    "sub_too_long": (put(sub="s" * 256), "sub_missing"),
    "not_yet": (later("nbf", 600), "nbf_in_future"),
}
SIGNATURES = {
    "bad_signature": "signature_wrong",
    "alg_none": "algorithm_refused",
    "hs256_public_key": "algorithm_refused",
    "hs256_client_secret": "algorithm_refused",
    "no_kid": "kid_missing",
    "unknown_kid": "signature_wrong",
}
USERINFO: dict[str, tuple[Callable[[Claims], Claims], str]] = {
    "userinfo_of_another": (put(sub="quelqu-un-d-autre"), "userinfo_sub_differs"),
    "userinfo_iss": (put(iss=OTHER), "userinfo_iss_wrong"),
    "userinfo_aud": (put(aud="un-autre-client"), "userinfo_aud_wrong"),
    "userinfo_expired": (later("exp", -60), "userinfo_expired"),
}
RETURNS: dict[str, tuple[Callable[[Claims], Claims], str]] = {
    "iss_parameter_wrong": (put(iss=OTHER), "iss_parameter_wrong"),
    "iss_parameter_missing": (without("iss"), "iss_parameter_missing"),
}
EXPECTED = {name: code for name, (_, code) in (CLAIMS | USERINFO | RETURNS).items()} | SIGNATURES


class Hostile(Provider):
    """Honest until `attack` is set."""

    attack: ClassVar[str] = ""

    def answer(self, code: str, asked: Mapping[str, str]) -> dict[str, str]:
        honest = super().answer(code, asked)
        return RETURNS[self.attack][0](honest) if self.attack in RETURNS else honest

    def id_claims(self, grant: Grant, access: str) -> Claims:
        honest = super().id_claims(grant, access)
        return CLAIMS[self.attack][0](honest) if self.attack in CLAIMS else honest

    def user_claims(self, grant: Grant) -> Claims:
        honest = super().user_claims(grant)
        return USERINFO[self.attack][0](honest) if self.attack in USERINFO else honest

    def sign(self, claims: Mapping[str, Any]) -> str:
        header: Claims = {"alg": "ES256", "kid": self.key.kid}
        if self.attack == "alg_none":
            return f"{json_b64encode({'alg': 'none'}).decode()}.{json_b64encode(dict(claims)).decode()}."
        if self.attack == "hs256_public_key":
            return _symmetric(claims, self.key.as_pem(private=False), self.key.kid)
        if self.attack == "hs256_client_secret":
            return _symmetric(claims, self.client.secret.encode(), self.key.kid)
        key = ECKey.generate_key("P-256") if self.attack == "bad_signature" else self.key
        if self.attack == "no_kid":
            del header["kid"]
        if self.attack == "unknown_kid":
            header["kid"] = "inconnue"
        return jwt.encode(header, dict(claims), key, algorithms=["ES256"])


def _symmetric(claims: Mapping[str, Any], secret: bytes, kid: str | None) -> str:
    """Sign with a secret everyone has. By hand: a library refuses to take a public key for a secret."""
    head = json_b64encode({"alg": "HS256", "kid": kid}) + b"." + json_b64encode(dict(claims))
    return (head + b"." + urlsafe_b64encode(hmac.new(secret, head, hashlib.sha256).digest())).decode()
