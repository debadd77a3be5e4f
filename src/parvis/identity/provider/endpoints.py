"""Where programs call: tokens, pushed requests, introspection, revocation, the person's claims."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from parvis.identity import commands, shown_certificates
from parvis.identity.provider import (
    bearers,
    client_auth,
    disclosures,
    dpop,
    grants,
    inspection,
    requests,
    tokens,
)
from parvis.identity.provider.client_auth import once
from parvis.identity.provider.errors import ProtocolError
from parvis.identity.provider.models import RelyingParty
from parvis.identity.provider.words import AuthMethod

Endpoint = Callable[[HttpRequest], HttpResponse]


def _for_programs(endpoint: Endpoint) -> Endpoint:
    """Answer refusals in JSON, keep nothing, and let no browser's cookie count."""

    @csrf_exempt
    @never_cache
    @wraps(endpoint)
    def handle(request: HttpRequest) -> HttpResponse:
        try:
            response = endpoint(request)
        except ProtocolError as error:
            response = _refusal(request, error)
        response["Pragma"] = "no-cache"
        return response

    return handle


def _refusal(request: HttpRequest, error: ProtocolError) -> JsonResponse:
    response = JsonResponse({"error": error.code, "error_description": error.description}, status=error.status)
    if error.status == 401:  # noqa: PLR2004 - HTTP
        challenge = f'error="{error.code}", error_description="{error.description}"'
        if error.code == "invalid_client":
            response["WWW-Authenticate"] = f'Basic realm="Parvis", {challenge}'
        else:
            scheme = "DPoP" if "DPoP" in request.headers else "Bearer"
            response["WWW-Authenticate"] = f'{scheme} realm="Parvis", {challenge}'
    return response


@_for_programs
@require_POST
def par(request: HttpRequest) -> HttpResponse:
    """Receive an authorization request directly from its client (RFC 9126)."""
    client = client_auth.caller(request)
    reference = requests.push(client, request.POST, jkt=dpop.proven(request))
    body = {"request_uri": reference, "expires_in": int(requests.PUSHED_LIFE.total_seconds())}
    return JsonResponse(body, status=201)


@_for_programs
@require_POST
def token(request: HttpRequest) -> HttpResponse:
    """Give tokens for a code, a refresh token, or a client's own credential."""
    client = client_auth.caller(request)
    bound_to = _binding(request, client)
    kind = once(request, "grant_type")
    if kind == "authorization_code":
        issued = grants.redeem(
            client=client,
            code=once(request, "code"),
            redirect_uri=once(request, "redirect_uri"),
            verifier=once(request, "code_verifier"),
            bound_to=bound_to,
        )
        return JsonResponse(tokens.answer(issued, first=True))
    if kind == "refresh_token":
        refreshed = grants.refresh(
            client=client, token=once(request, "refresh_token"), scope=once(request, "scope"), bound_to=bound_to
        )
        return JsonResponse(tokens.answer(refreshed, first=False))
    if kind == "client_credentials":
        return JsonResponse(_for_machine(client, once(request, "scope"), bound_to))
    raise ProtocolError("unsupported_grant_type", description="grant_type is not one of those published")


def _binding(request: HttpRequest, client: RelyingParty) -> dict[str, str]:
    """What the tokens will be bound to: the key of a DPoP proof, the certificate of the connection."""
    found: dict[str, str] = {}
    if key := dpop.proven(request):
        found["jkt"] = key
    elif client.dpop_bound:
        raise ProtocolError("invalid_dpop_proof", description="this client must show a DPoP proof")
    if client.tls_bound or client.auth_method == AuthMethod.TLS:
        found["x5t#S256"] = shown_certificates.thumbprint(request)
        if not found["x5t#S256"]:
            raise ProtocolError("invalid_request", description="this client must show its certificate")
    return found


def _for_machine(client: RelyingParty, scope: str, bound_to: dict[str, str]) -> dict[str, Any]:
    if client.machine is None:
        raise ProtocolError("unauthorized_client", description="this client has no right of its own")
    if scope and scope not in client.machine.scopes:
        raise ProtocolError("invalid_scope", description="scope is not one of this client's roles")
    issued = commands.issue_bound_token(machine=client.machine.id, scope=scope, bound_to=bound_to)
    if issued is None:
        raise ProtocolError("unauthorized_client", description="the key behind this client is revoked or suspended")
    kind = "DPoP" if "jkt" in bound_to else "Bearer"
    return {
        "access_token": issued.token,
        "token_type": kind,
        "expires_in": issued.expires_in,
        "scope": issued.scope,
    }


@_for_programs
@require_http_methods(["GET", "POST"])
def userinfo(request: HttpRequest) -> HttpResponse:
    """Give the person's claims that the token opens (OpenID Connect Core §5.3)."""
    held = bearers.holder(request)
    claims = disclosures.claims_of(held.authorisation)
    return JsonResponse(claims)


@_for_programs
@require_POST
def introspection(request: HttpRequest) -> HttpResponse:
    """Say what a token is worth to a client it is meant for, nothing to others (RFC 7662)."""
    client = client_auth.caller(request, public=False)
    return JsonResponse(inspection.of(once(request, "token"), asked_by=client))


@_for_programs
@require_POST
def revocation(request: HttpRequest) -> HttpResponse:
    """Revoke a token of the caller's. The answer is the same whether it existed (RFC 7009 §2.2)."""
    client = client_auth.caller(request)
    grants.revoke(client=client, token=once(request, "token"))
    return HttpResponse(status=200)
