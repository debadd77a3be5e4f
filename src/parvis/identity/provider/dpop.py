"""Proofs of possession (DPoP, RFC 9449): the caller holds the key that its token is bound to, for this very request."""

from datetime import timedelta

from django.http import HttpRequest
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeySet, RSAKey

from parvis.core.clock import now
from parvis.identity.provider import jwts, metadata, replay, rules
from parvis.identity.provider.errors import ProtocolError
from parvis.identity.provider.jwts import UnprovenError

LIFE = timedelta(seconds=60)
_ALGORITHMS = metadata.DPOP_ALGORITHMS
_PRIVATE = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})


class BadProofError(ProtocolError):
    """The proof does not hold (RFC 9449 §7.1)."""

    def __init__(self, why: str, status: int = 400) -> None:
        super().__init__("invalid_dpop_proof", description=f"DPoP proof refused: {why}", status=status)


def proven(request: HttpRequest, *, token: str = "") -> str:
    """Return the thumbprint of the key whose possession this request proves, empty when it shows no proof.

    ``token`` is the access token used with it: the proof must name it. Raise BadProofError when the proof is bad.
    """
    proof = request.headers.get("DPoP", "")
    if not proof:
        return ""
    if "," in proof:
        raise BadProofError("more than one", 401 if token else 400)
    try:
        return _checked(proof, request, token)
    except UnprovenError as error:
        raise BadProofError(str(error), 401 if token else 400) from error


def _checked(proof: str, request: HttpRequest, token: str) -> str:
    head = jwts.header(proof)
    if head.get("typ") != "dpop+jwt":
        raise UnprovenError("typ")
    jwk = head.get("jwk")
    if not isinstance(jwk, dict) or _PRIVATE & jwk.keys():
        raise UnprovenError("jwk")
    try:
        key = KeySet.import_key_set({"keys": [jwk]}).keys[0]
        thumbprint = key.thumbprint()
    except (JoseError, ValueError, TypeError, KeyError, IndexError) as error:
        raise UnprovenError("jwk") from error
    if not isinstance(key, ECKey | RSAKey):
        raise UnprovenError("jwk")
    claims = jwts.claims(proof, {"keys": [jwk]}, _ALGORITHMS)
    if jwts.text(claims, "htm") != request.method:
        raise UnprovenError("htm")
    if _bare(jwts.text(claims, "htu")) != f"{metadata.issuer()}{request.path}":
        raise UnprovenError("htu")
    if token and claims.get("ath") != rules.whole_hash(token):
        raise UnprovenError("ath")
    made = jwts.moment(claims, "iat")
    if abs(made - now()) > LIFE:
        raise UnprovenError("iat")
    if not replay.is_first("dpop", thumbprint, jwts.text(claims, "jti"), until=made + 2 * LIFE):
        raise UnprovenError("jti already seen")
    return thumbprint


def _bare(uri: str) -> str:
    """An address without query and fragment, which the proof does not cover."""
    return uri.partition("#")[0].partition("?")[0]
