"""Authorization requests: read strictly (OpenID Connect Core §3.1.2, RFC 7636, RFC 9126, RFC 9700)."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.http import QueryDict

from parvis.core.clock import now
from parvis.identity import rules as secrets
from parvis.identity.provider import levels, registry, rules
from parvis.identity.provider.errors import ProtocolError, UnsafeRequestError
from parvis.identity.provider.models import PushedRequest, RelyingParty
from parvis.identity.provider.words import Scope

PUSHED_LIFE = timedelta(seconds=90)
URN = "urn:ietf:params:oauth:request_uri:"
_LONGEST = 2000  # characters of a parameter
_PROMPTS = frozenset({"none", "login", "consent", "select_account"})
_READ = (
    *("response_type", "response_mode", "scope", "state", "nonce", "code_challenge", "code_challenge_method", "prompt"),
    *("max_age", "acr_values", "claims", "id_token_hint", "login_hint", "dpop_jkt", "request"),
    *("client_id", "redirect_uri", "ui_locales"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A request that holds. ``level`` is the least wanted; ``level_is_essential``: without it, an error."""

    client: RelyingParty
    redirect_uri: str
    state: str
    nonce: str
    scopes: tuple[str, ...]
    challenge: str
    prompts: frozenset[str]
    max_age: int | None
    level: str
    level_is_essential: bool
    sub: str
    id_token_hint: str
    dpop_jkt: str


def received(query: QueryDict) -> tuple[RelyingParty, dict[str, str], bool]:
    """Return the client, the parameters, and whether the client pushed them to us.

    Raise UnsafeRequestError when the client or the address to go back to is not certain: nobody is sent anywhere.
    """
    client = _known(_single(query, "client_id"))
    if "request_uri" in query:
        return client, _taken(client, _single(query, "request_uri")), True
    twice = [name for name, values in query.lists() if len(values) > 1]
    params = {name: str(query[name]) for name in _READ if name in query}
    check_return(client, _single(query, "redirect_uri"))
    if twice:
        params["_twice"] = twice[0][:40]
    return client, params, False


def certain(params: Mapping[str, str]) -> RelyingParty:
    """Return the client of a request received before, if it may still be answered. Raise UnsafeRequestError."""
    client = _known(params["client_id"])
    check_return(client, params["redirect_uri"])
    return client


def _known(client_id: str) -> RelyingParty:
    client = registry.live(client_id)
    if client is None:
        raise UnsafeRequestError(
            "unknown_relying_party",
            "Le site d’où vous venez n’est pas déclaré ici, ou ne l’est plus. Prévenez-le : vous ne pouvez pas vous y "
            "connecter avec ce compte.",
        )
    return client


def check_return(client: RelyingParty, uri: str) -> None:
    """Let an address registered to the letter pass. Raise UnsafeRequestError otherwise."""
    if not uri or uri not in client.redirect_uris:
        raise UnsafeRequestError(
            "unknown_redirect",
            "L’adresse où %(site)s veut vous renvoyer n’est pas celle qu’il a déclarée : nous ne vous y envoyons pas. "
            "Fermez cette page et prévenez-le.",
            params={"site": client.name},
        )


def _single(query: QueryDict, name: str) -> str:
    values = query.getlist(name)
    return str(values[0]) if len(values) == 1 else ""


def push(client: RelyingParty, body: QueryDict, *, jkt: str) -> str:
    """Keep a request that its client, proven, sent us directly. Return its ``request_uri``. Raise ProtocolError."""
    if "request_uri" in body:
        raise ProtocolError("invalid_request", description="request_uri cannot be pushed")
    if twice := [name for name, values in body.lists() if len(values) > 1]:
        raise ProtocolError("invalid_request", description=f"{twice[0][:40]} is given more than once")
    params = {name: str(body[name]) for name in _READ if name in body} | {"client_id": client.client_id}
    if params.get("redirect_uri", "") not in client.redirect_uris:
        raise ProtocolError("invalid_request", description="redirect_uri is not registered")
    if jkt and params.setdefault("dpop_jkt", jkt) != jkt:
        raise ProtocolError("invalid_dpop_proof", description="dpop_jkt is not the key of the proof")
    parsed(client, params, pushed=True)
    reference = secrets.new_secret()
    PushedRequest.objects.create(
        digest=secrets.digest(reference), client=client, params=params, expires_at=now() + PUSHED_LIFE
    )
    return f"{URN}{reference}"


def _taken(client: RelyingParty, request_uri: str) -> dict[str, str]:
    """Return a pushed request and forget it."""
    with transaction.atomic():
        digest = secrets.digest(request_uri.removeprefix(URN))
        known = PushedRequest.objects.select_for_update().filter(digest=digest, client=client, expires_at__gt=now())
        row = known.first()
        if row is None or not request_uri.startswith(URN):
            raise UnsafeRequestError(
                "unknown_request",
                "Cette demande de connexion a expiré ou a déjà servi. Retournez sur %(site)s et recommencez.",
                params={"site": client.name},
            )
        row.delete()
    check_return(client, row.params.get("redirect_uri", ""))
    return dict(row.params)


def parsed(client: RelyingParty, params: Mapping[str, str], *, pushed: bool = False) -> Asked:
    """Return what is asked. Raise ProtocolError, to be sent to the registered address."""
    _check_form(client, params, pushed=pushed)
    scopes = tuple(dict.fromkeys(params.get("scope", "").split()))
    if Scope.OPENID not in scopes:
        raise ProtocolError("invalid_scope", description="scope must contain openid")
    if set(scopes) - set(client.scopes):
        raise ProtocolError("invalid_scope", description="a scope is not allowed to this client")
    prompts = frozenset(params.get("prompt", "").split())
    if prompts - _PROMPTS or ("none" in prompts and len(prompts) > 1):
        raise ProtocolError("invalid_request", description="prompt is not understood")
    claims = _claims(params.get("claims", ""))
    level, essential = _level(client, params.get("acr_values", ""), claims.get("acr"))
    return Asked(
        client=client,
        redirect_uri=params["redirect_uri"],
        state=params.get("state", ""),
        nonce=params.get("nonce", ""),
        scopes=scopes,
        challenge=params["code_challenge"],
        prompts=prompts,
        max_age=_max_age(params.get("max_age", "")),
        level=level,
        level_is_essential=essential,
        sub=_text(_mapping(claims.get("sub")).get("value")),
        id_token_hint=params.get("id_token_hint", ""),
        dpop_jkt=params.get("dpop_jkt", ""),
    )


def _check_form(client: RelyingParty, params: Mapping[str, str], *, pushed: bool) -> None:
    if name := params.get("_twice"):
        raise ProtocolError("invalid_request", description=f"{name} is given more than once")
    if any(len(value) > _LONGEST or "\x00" in value for value in params.values()) or len(params.get("nonce", "")) > 512:  # noqa: PLR2004 - as the table
        raise ProtocolError("invalid_request", description="a parameter is too long")
    if "request" in params:
        raise ProtocolError("request_not_supported", description="request is not supported")
    if client.require_par and not pushed:
        raise ProtocolError("invalid_request", description="this client must push its requests (RFC 9126)")
    if params.get("response_type") != "code":
        raise ProtocolError("unsupported_response_type", description="response_type must be code")
    if params.get("response_mode", "query") != "query":
        raise ProtocolError("invalid_request", description="response_mode must be query")
    _check_keys(params)


def _check_keys(params: Mapping[str, str]) -> None:
    """PKCE with S256 for every client: `plain` and nothing at all are refused (RFC 9700 §2.1.1)."""
    if params.get("code_challenge_method") != "S256":
        raise ProtocolError("invalid_request", description="code_challenge_method must be S256")
    if not rules.CHALLENGE.fullmatch(params.get("code_challenge", "")):
        raise ProtocolError(
            "invalid_request", description="code_challenge is missing or is not 43 characters of base64url"
        )
    if params.get("dpop_jkt") and not rules.CHALLENGE.fullmatch(params["dpop_jkt"]):
        raise ProtocolError("invalid_request", description="dpop_jkt is not a thumbprint")


def _max_age(text: str) -> int | None:
    if not text:
        return None
    if not text.isascii() or not text.isdigit() or len(text) > 9:  # noqa: PLR2004 - thirty years of seconds
        raise ProtocolError("invalid_request", description="max_age must be a number of seconds")
    return int(text)


def _claims(text: str) -> dict[str, Any]:
    """The claims asked of the ID token (OpenID Connect Core §5.5)."""
    if not text:
        return {}
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ProtocolError("invalid_request", description="claims is not JSON") from error
    if not isinstance(found, dict):
        raise ProtocolError("invalid_request", description="claims is not an object")
    return _mapping(found.get("id_token"))


def _level(client: RelyingParty, values: str, claim: Any) -> tuple[str, bool]:
    """The least level wanted, and whether it is essential. The client's own minimum always is."""
    asked = _mapping(claim)
    named = asked.get("values")
    listed = [_text(one) for one in named] if isinstance(named, list) else [_text(asked.get("value"))]
    essential = asked.get("essential") is True
    wanted = [one for one in listed if one] or values.split()
    if essential and wanted and not levels.least(wanted):
        raise ProtocolError("unmet_authentication_requirements", description="none of these acr is known here")
    level = levels.least(wanted)
    if client.min_acr:
        level = levels.strictest(level or client.min_acr, client.min_acr)
        return level, True
    return level, essential and bool(level)


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
