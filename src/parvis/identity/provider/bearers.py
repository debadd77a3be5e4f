"""Who holds the access token shown with a request, and the proof of possession it may ask for."""

from collections.abc import Mapping

from django.http import HttpRequest

from parvis.identity import shown_certificates
from parvis.identity.provider import dpop, grants
from parvis.identity.provider.errors import BadTokenError, ProtocolError
from parvis.identity.provider.models import ProviderToken


def shown(request: HttpRequest) -> tuple[str, str]:
    """Return the scheme, in lower case, and the token of the Authorization header.

    Raise ProtocolError when a token is in the address, where it would be written in logs (RFC 6750 §5.3).
    """
    if "access_token" in request.GET:
        raise ProtocolError("invalid_request", description="an access token is never part of an address")
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return scheme.lower(), token.strip()


def is_possessed(request: HttpRequest, scheme: str, token: str, bound_to: Mapping[str, str]) -> bool:
    """Tell whether the caller holds what the token is bound to. Raise BadProofError on a bad DPoP proof."""
    if (scheme == "dpop") != ("jkt" in bound_to):
        return False
    if "jkt" in bound_to and dpop.proven(request, token=token) != bound_to["jkt"]:
        return False
    certificate = bound_to.get("x5t#S256")
    return certificate is None or shown_certificates.thumbprint(request) == certificate


def holder(request: HttpRequest) -> ProviderToken:
    """Return the live token that the caller holds. Raise BadTokenError otherwise."""
    scheme, token = shown(request)
    if scheme not in ("bearer", "dpop") or not token:
        raise BadTokenError("an access token is needed")
    row = grants.access(token)
    if row is None or not is_possessed(request, scheme, token, row.bound_to):
        raise BadTokenError
    return row
