"""From the code a provider sends back to a proof we believe: every check, in order, in one place."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from parvis.identity.federation import jose, validator, wire
from parvis.identity.federation.providers import Kind, Provider
from parvis.identity.federation.validator import Expected, UntrustedError

_JWT = "application/jwt"
_CIVIL = ("given_name", "family_name", "gender", "birthdate", "birthplace", "birthcountry")
_POST = ("given_name", "usual_name", "siret")
_LONGEST = 200  # characters of a claim worth keeping


@dataclass(frozen=True, slots=True)
class Proof:
    """Who a provider says is there. ``kept`` is what the account will hold; ``email`` serves this session only.

    ``auth_time`` is when the person proved it there, in seconds since 1970; 0 when the provider does not say.
    """

    provider: Provider
    sub: str
    acr: str
    amr: tuple[str, ...]
    id_token: str
    kept: Mapping[str, str]
    email: str = ""
    auth_time: float = 0


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back with the browser, and what we had asked."""

    code: str
    issuer: str
    nonce: str
    verifier: str
    acr: str
    redirect_uri: str


def prove(provider: Provider, answer: Answer, *, at: float) -> Proof:
    """Exchange the code and believe nothing unchecked.

    Raise UntrustedError when a check fails and UnreachableError when the provider does not answer. ``at`` is the
    present instant, in seconds since 1970.
    """
    validator.check_issuer_parameter(answer.issuer, issuer=provider.issuer, always_sent=_sends_issuer(provider))
    found = wire.tokens(provider, code=answer.code, verifier=answer.verifier, redirect_uri=answer.redirect_uri)
    expected = _expected(provider, answer)
    claims, algorithm = _read(provider, found["id_token"])
    sub = validator.check_id_token(claims, expected, at=at)
    validator.check_access_token_hash(claims, access_token=found["access_token"], algorithm=algorithm)
    told = _userinfo(provider, found["access_token"], sub=sub, expected=expected, at=at)
    return Proof(
        provider=provider,
        sub=sub,
        acr=_text(claims, "acr"),
        amr=_words(claims.get("amr")),
        id_token=found["id_token"],
        kept=_kept(told, _POST if provider.kind is Kind.PROCONNECT else _CIVIL),
        email=_text(told, "email"),
        auth_time=float(claims.get("auth_time", 0)),  # a number or absent: the validator saw to it
    )


def _sends_issuer(provider: Provider) -> bool:
    advertised = wire.description(provider).get("authorization_response_iss_parameter_supported") is True
    return provider.profile.names_issuer or advertised


def _expected(provider: Provider, answer: Answer) -> Expected:
    return Expected(
        issuer=provider.issuer,
        client_id=provider.client_id,
        nonce=answer.nonce,
        accepted=provider.accepted(answer.acr),
        max_age=provider.profile.session_life,
        needs_auth_time=provider.profile.needs_auth_time,
    )


def _read(provider: Provider, token: str) -> tuple[dict[str, Any], str]:
    if provider.profile.encrypted:
        token = jose.decrypted(token, key=provider.decryption_key, issuer=provider.issuer, client_id=provider.client_id)
    return jose.verified(token, keys_of=partial(wire.keys, provider), algorithms=provider.algorithms)


def _userinfo(provider: Provider, access_token: str, *, sub: str, expected: Expected, at: float) -> Mapping[str, Any]:
    body, media = wire.userinfo(provider, access_token)
    signed = media == _JWT
    if provider.profile.signed_userinfo and not signed:
        raise UntrustedError("userinfo_not_signed")
    claims = _read(provider, body)[0] if signed else jose.plain(body)
    validator.check_userinfo(claims, sub=sub, signed=signed, expected=expected, at=at)
    return claims


def _kept(claims: Mapping[str, Any], names: tuple[str, ...]) -> dict[str, str]:
    return {name: value for name in names if (value := _text(claims, name))}


def _text(claims: Mapping[str, Any], name: str) -> str:
    value = claims.get(name)
    return value.replace("\x00", "").strip()[:_LONGEST] if isinstance(value, str) else ""


def _words(value: Any) -> tuple[str, ...]:
    listed = value.split() if isinstance(value, str) else value if isinstance(value, list) else []
    return tuple(word for word in listed if isinstance(word, str))[:10]
