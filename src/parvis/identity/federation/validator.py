"""The one strict check of what a provider says, for every provider. Pure: no Django, no network, no clock.

Each refusal has a code of its own, so that the journal tells one attack from another. Sources: OpenID Connect Core
§3.1.3.7 and §5.3.2, RFC 9207, RFC 9700, OWASP ASVS 5 chapter 10.
"""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

SKEW = 5  # seconds: clocks of both sides are kept by NTP; a token of 60 s would not survive a larger allowance
_HASHES = {"256": hashlib.sha256, "384": hashlib.sha384, "512": hashlib.sha512}
SUB_LENGTH = 255  # OpenID Connect Core §2


class UntrustedError(Exception):
    """What the provider sent must not be believed. ``code`` says which check failed."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


@dataclass(frozen=True, slots=True)
class Expected:
    """What the answer must match. ``max_age`` is in seconds; ``accepted`` the levels that satisfy our request."""

    issuer: str
    client_id: str
    nonce: str
    accepted: tuple[str, ...]
    max_age: int
    needs_auth_time: bool = False


def check_issuer_parameter(given: str, *, issuer: str, always_sent: bool) -> None:
    """Refuse an answer that another provider sent (mix-up, RFC 9207)."""
    if not given and always_sent:
        raise UntrustedError("iss_parameter_missing")
    if given and given != issuer:
        raise UntrustedError("iss_parameter_wrong")


def check_id_token(claims: Mapping[str, Any], expected: Expected, *, at: float) -> str:
    """Check every claim of an ID token whose signature is already verified; return its ``sub``."""
    _check_parties(claims, expected)
    _check_times(claims, at)
    _check_nonce(claims, expected.nonce)
    _check_level(claims, expected.accepted)
    _check_freshness(claims, expected, at)
    return _subject(claims)


def _check_parties(claims: Mapping[str, Any], expected: Expected) -> None:
    if claims.get("iss") != expected.issuer:
        raise UntrustedError("iss_wrong")
    audience = claims.get("aud")
    audiences = [audience] if isinstance(audience, str) else audience
    if not isinstance(audiences, list) or expected.client_id not in audiences:
        raise UntrustedError("aud_wrong")
    # A token shared with others is refused even when it names us as authorised party: no provider of ours makes one.
    if len(audiences) != 1 or claims.get("azp", expected.client_id) != expected.client_id:
        raise UntrustedError("azp_wrong")


def _check_times(claims: Mapping[str, Any], at: float) -> None:
    expires, issued = _number(claims, "exp"), _number(claims, "iat")
    if expires is None:
        raise UntrustedError("exp_missing")
    if expires + SKEW <= at:
        raise UntrustedError("expired")
    if issued is None:
        raise UntrustedError("iat_missing")
    if issued - SKEW > at:
        raise UntrustedError("iat_in_future")
    begins = _number(claims, "nbf")
    if begins is not None and begins - SKEW > at:
        raise UntrustedError("nbf_in_future")


def _check_nonce(claims: Mapping[str, Any], nonce: str) -> None:
    given = claims.get("nonce")
    if given is None:
        raise UntrustedError("nonce_missing")
    if not isinstance(given, str) or not hmac.compare_digest(given.encode(), nonce.encode()):
        raise UntrustedError("nonce_wrong")


def _check_level(claims: Mapping[str, Any], accepted: tuple[str, ...]) -> None:
    if accepted == ("",):  # a provider without levels: its word is worth nothing on the identity axis
        return
    if "acr" not in claims:
        raise UntrustedError("acr_missing")
    if claims["acr"] not in accepted:
        raise UntrustedError("acr_too_low")


def _check_freshness(claims: Mapping[str, Any], expected: Expected, at: float) -> None:
    when = _number(claims, "auth_time")
    if when is None:
        if expected.needs_auth_time or "auth_time" in claims:
            raise UntrustedError("auth_time_missing")
        return
    if when - SKEW > at:
        raise UntrustedError("auth_time_in_future")
    if at - when > expected.max_age + SKEW:
        raise UntrustedError("auth_time_too_old")


def check_access_token_hash(claims: Mapping[str, Any], *, access_token: str, algorithm: str) -> None:
    """Refuse an access token that was not issued with this ID token (``at_hash``, when the provider sends it)."""
    given = claims.get("at_hash")
    if given is None:
        return
    digest = _HASHES.get(algorithm[-3:], hashlib.sha512)(access_token.encode()).digest()
    wanted = base64.urlsafe_b64encode(digest[: len(digest) // 2]).rstrip(b"=")
    if not isinstance(given, str) or not hmac.compare_digest(given.encode(), wanted):
        raise UntrustedError("at_hash_wrong")


def check_userinfo(claims: Mapping[str, Any], *, sub: str, signed: bool, expected: Expected, at: float) -> None:
    """Refuse claims about someone else, or signed for someone else."""
    if claims.get("sub") != sub:
        raise UntrustedError("userinfo_sub_differs")
    if not signed:
        return
    if claims.get("iss") != expected.issuer:
        raise UntrustedError("userinfo_iss_wrong")
    if claims.get("aud") not in (expected.client_id, [expected.client_id]):
        raise UntrustedError("userinfo_aud_wrong")
    expires = _number(claims, "exp")
    if expires is not None and expires + SKEW <= at:
        raise UntrustedError("userinfo_expired")


def _subject(claims: Mapping[str, Any]) -> str:
    sub = claims.get("sub")
    if not isinstance(sub, str) or not 0 < len(sub) <= SUB_LENGTH or "\x00" in sub:
        raise UntrustedError("sub_missing")
    return sub


def _number(claims: Mapping[str, Any], name: str) -> float | None:
    value = claims.get(name)
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
