"""Which client is calling: by the one method it registered, and no other."""

import base64
import binascii
from datetime import timedelta
from urllib.parse import unquote_plus

from django.http import HttpRequest

from parvis.core.actor import ANONYMOUS
from parvis.core.clock import now
from parvis.identity import rules as secrets
from parvis.identity import shown_certificates
from parvis.identity.provider import jwts, metadata, registry, replay
from parvis.identity.provider.errors import BadClientError, ProtocolError
from parvis.identity.provider.jwts import UnprovenError
from parvis.identity.provider.models import RelyingParty
from parvis.identity.provider.words import AuthMethod
from parvis.ledger import commands as ledger

_ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_LONGEST = timedelta(minutes=10)  # the longest life of an assertion


def once(request: HttpRequest, name: str) -> str:
    """Return a parameter of the body, empty when absent. Raise ProtocolError when it is there twice (RFC 6749 §3.2)."""
    found = request.POST.getlist(name)
    if len(found) > 1:
        raise ProtocolError("invalid_request", description=f"{name} is given more than once")
    return str(found[0]) if found else ""


def caller(request: HttpRequest, *, public: bool = True) -> RelyingParty:
    """Return the client that sent this request, proven. Raise BadClientError, or ProtocolError on a mixed request.

    ``public``: whether a client that cannot prove itself may call here.
    """
    basic = request.headers.get("Authorization", "")
    assertion = once(request, "client_assertion")
    if basic[:6].lower() == "basic ":
        if assertion or once(request, "client_secret"):
            raise ProtocolError("invalid_request", description="more than one way of authenticating the client")
        return _by_secret(*_pair(basic[6:]), request)
    if assertion:
        return _by_assertion(assertion, request)
    client = registry.live(once(request, "client_id"))
    if client and client.auth_method == AuthMethod.TLS:
        if shown_certificates.subject(request) == client.tls_subject:
            return client
        raise _refused(client, "certificate")
    if client and public and client.auth_method == AuthMethod.NONE:
        return client
    raise _refused(client, "no proof")


def _pair(encoded: str) -> tuple[str, str]:
    try:
        name, colon, secret = base64.b64decode(encoded.strip(), validate=True).decode().partition(":")
    except (binascii.Error, ValueError):
        return "", ""
    return (unquote_plus(name), unquote_plus(secret)) if colon else ("", "")  # RFC 6749 §2.3.1


def _by_secret(client_id: str, secret: str, request: HttpRequest) -> RelyingParty:
    client = registry.live(client_id)
    if client is None or client.auth_method != AuthMethod.SECRET or client.secret_digest is None:
        raise _refused(client, "method")
    if not secrets.matches(secret, bytes(client.secret_digest)):
        raise _refused(client, "secret")
    if once(request, "client_id") not in ("", client.client_id):
        raise _refused(client, "another client_id")
    return client


def _by_assertion(assertion: str, request: HttpRequest) -> RelyingParty:
    """RFC 7523: signed by the client's key, for us, for a few minutes, once."""
    client = None
    try:
        client = _signer(assertion)
        claims = jwts.claims(
            assertion, jwts.keys_of(client, str(jwts.header(assertion).get("kid"))), metadata.PROOF_ALGORITHMS
        )
        _check(claims, client)
        _check_form(request, client)
    except UnprovenError as error:
        raise _refused(client, str(error)) from error
    return client


def _signer(assertion: str) -> RelyingParty:
    """The client that the assertion says it is, not proven yet."""
    unproven = jwts.unproven_claims(assertion)
    client = registry.live(jwts.text(unproven, "iss"))
    if client is None or client.auth_method != AuthMethod.PRIVATE_KEY:
        raise UnprovenError("unknown client")
    return client


def _check_form(request: HttpRequest, client: RelyingParty) -> None:
    if once(request, "client_assertion_type") != _ASSERTION:
        raise UnprovenError("type")
    if once(request, "client_id") not in ("", client.client_id):
        raise UnprovenError("another client_id")


def _check(claims: dict[str, object], client: RelyingParty) -> None:
    if claims.get("iss") != client.client_id or claims.get("sub") != client.client_id:
        raise UnprovenError("iss or sub")
    aud = claims.get("aud")
    if aud not in (metadata.issuer(), metadata.address("token")):  # one audience, ours: never a list
        raise UnprovenError("aud")
    until = jwts.moment(claims, "exp")
    if until <= now() - jwts.LEEWAY:
        raise UnprovenError("expired")
    if until > now() + _LONGEST:
        raise UnprovenError("exp too far")
    if any(jwts.moment(claims, name) > now() + jwts.LEEWAY for name in {"iat", "nbf"} & claims.keys()):
        raise UnprovenError("in the future")
    if not replay.is_first("assertion", client.client_id, jwts.text(claims, "jti"), until=until + jwts.LEEWAY):
        raise UnprovenError("jti already seen")


def _refused(client: RelyingParty | None, why: str) -> BadClientError:
    """Write the failed proof down, and answer the same whatever failed."""
    subject = f"relying_party:{client.id}" if client else "relying_party:unknown"
    ledger.record_refusal(actor=ANONYMOUS, action="provider.client_refused", subject=subject, details={"code": why})
    return BadClientError()
