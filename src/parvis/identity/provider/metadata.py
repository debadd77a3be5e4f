"""What we say of ourselves (OpenID Connect Discovery 1.0, RFC 8414), and our addresses."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, JsonResponse
from django.urls import reverse
from django.views.decorators.http import require_GET

from parvis.identity.provider import keys, levels
from parvis.identity.provider.words import CLAIMS, AuthMethod, Scope

PROOF_ALGORITHMS = ("ES256", "PS256", "RS256")
DPOP_ALGORITHMS = ("ES256", "PS256")
_AUTHENTICATED = ("token", "introspection", "revocation", "pushed_authorization_request")


def issuer() -> str:
    """Our name in tokens: the site's address, as clients have it."""
    return str(settings.SITE_URL)


def address(name: str) -> str:
    """The whole address of one of our endpoints."""
    return f"{issuer()}{reverse(f'openid:{name}')}"


def _methods() -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name in _AUTHENTICATED:
        found[f"{name}_endpoint_auth_methods_supported"] = [str(method) for method in AuthMethod]
        found[f"{name}_endpoint_auth_signing_alg_values_supported"] = list(PROOF_ALGORITHMS)
    return found


def description() -> dict[str, Any]:
    """Return the whole description. Everything in it is enforced elsewhere: it promises nothing by itself."""
    endpoints = ("authorization", "token", "userinfo", "introspection", "revocation", "end_session")
    return (
        {f"{name}_endpoint": address(name) for name in endpoints}
        | _methods()
        | {
            "issuer": issuer(),
            "jwks_uri": address("jwks"),
            "pushed_authorization_request_endpoint": address("par"),
            "scopes_supported": [str(scope) for scope in Scope],
            "claims_supported": [
                *dict.fromkeys(claim for claims in CLAIMS.values() for claim in claims),
                *("iss", "aud", "exp", "iat", "nonce", "acr", "amr", "auth_time", "sid"),
            ],
            "acr_values_supported": list(reversed(levels.LEVELS)),
            "response_types_supported": ["code"],
            "response_modes_supported": ["query"],
            "grant_types_supported": ["authorization_code", "refresh_token", "client_credentials"],
            "subject_types_supported": ["pairwise"],
            "id_token_signing_alg_values_supported": [keys.ALGORITHM],
            "code_challenge_methods_supported": ["S256"],
            "prompt_values_supported": ["none", "login", "consent"],
            "dpop_signing_alg_values_supported": list(DPOP_ALGORITHMS),
            "ui_locales_supported": ["fr", "en"],
            "claims_parameter_supported": True,
            "request_parameter_supported": False,
            "request_uri_parameter_supported": False,
            "require_pushed_authorization_requests": False,
            "authorization_response_iss_parameter_supported": True,
            "tls_client_certificate_bound_access_tokens": True,
            "backchannel_logout_supported": True,
            "backchannel_logout_session_supported": True,
        }
    )


def _public(body: dict[str, Any]) -> JsonResponse:
    answer = JsonResponse(body)
    answer["Cache-Control"] = f"public, max-age={int(keys.CACHED.total_seconds())}"
    answer["Access-Control-Allow-Origin"] = "*"  # public facts: a page of a town may read them
    return answer


@require_GET
def discovery(_request: HttpRequest) -> JsonResponse:
    """Our description."""
    return _public(description())


@require_GET
def jwks(_request: HttpRequest) -> JsonResponse:
    """Our public keys: the one that signs, the next one, those retired lately."""
    return _public({"keys": keys.published()})
