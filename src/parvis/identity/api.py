"""Machine sign-in: OAuth 2.0 client credentials (RFC 6749 §4.4) and the bearer token check."""

import base64
import binascii

import msgspec
from django.http import HttpRequest, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST
from ninja.security import HttpBearer

from parvis.core import tenancy
from parvis.core.actor import Actor
from parvis.core.errors import DomainError
from parvis.identity import commands, queries
from parvis.identity.provider.metadata import discovery

__all__ = ["BearerToken", "discovery", "token"]

_BASIC = "basic "


class BearerToken(HttpBearer):
    """``Authorization: Bearer …`` of a machine client, or ``DPoP …`` with the proof of its key."""

    def __call__(self, request: HttpRequest) -> Actor | None:
        """Return who holds the token, or None: the API answers 401."""
        return self.authenticate(request, "")

    def authenticate(self, request: HttpRequest, token: str) -> Actor | None:  # noqa: ARG002 - ninja's signature
        """Return who holds the token of the request, or None."""
        caller = queries.caller_of(request)
        if caller and caller[0].id:
            tenancy.become(caller[0].kind, caller[0].id)
        return caller[0] if caller else None


@csrf_exempt
@require_POST
def token(request: HttpRequest) -> JsonResponse:
    """Give a bearer token for a credential: HTTP Basic, or ``client_id`` and ``client_secret`` in the body.

    The body is a form or JSON; ``grant_type`` must be ``client_credentials``.
    """
    try:
        body = _body(request)
        client_id, secret = _credential(request, body)
        if body.get("grant_type") != "client_credentials":
            return _refusal("unsupported_grant_type", "grant_type doit être client_credentials.", 400)
        issued = commands.issue_token(client_id=client_id, secret=secret, scope=body.get("scope", ""))
    except commands.BadCredentialsError as error:
        return _refusal(error.code, error.message, 401)
    except DomainError as error:
        return _refusal(error.code, error.message, 400)
    answer = JsonResponse(
        {
            "access_token": issued.token,
            "token_type": "Bearer",
            "expires_in": issued.expires_in,
            "scope": issued.scope,
        }
    )
    answer["Cache-Control"] = "no-store"
    return answer


def _body(request: HttpRequest) -> dict[str, str]:
    if request.content_type != "application/json":
        return {key: str(value) for key, value in request.POST.items()}
    try:
        return msgspec.json.decode(request.body, type=dict[str, str])
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise DomainError("invalid_request", "Le corps de la requête n’est pas un objet JSON de textes.") from error


def _credential(request: HttpRequest, body: dict[str, str]) -> tuple[str, str]:
    header = request.headers.get("Authorization", "")
    if not header.lower().startswith(_BASIC):
        return body.get("client_id", ""), body.get("client_secret", "")
    try:
        client_id, colon, secret = base64.b64decode(header[len(_BASIC) :], validate=True).decode().partition(":")
    except (binascii.Error, ValueError, UnicodeDecodeError):
        return "", ""
    return (client_id, secret) if colon else ("", "")


def _refusal(code: str, message: str, status: int) -> JsonResponse:
    answer = JsonResponse({"error": code, "error_description": message}, status=status)
    answer["Cache-Control"] = "no-store"
    if status == 401:  # noqa: PLR2004
        answer["WWW-Authenticate"] = 'Basic realm="Parvis"'
    return answer
