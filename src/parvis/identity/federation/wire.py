"""What we ask a provider over the network: its description, its keys, a token, the person's claims.

Every call has a time limit and follows no redirection. The description and the keys are kept one hour; an unknown key
id fetches the keys again, at most once a minute for each provider, so that forged tokens cannot make us flood it.
"""

from collections.abc import Mapping
from typing import Any

import requests
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.requests_client import OAuth2Session
from django.core.cache import cache

from parvis.identity.federation.providers import Provider
from parvis.identity.federation.validator import UntrustedError

TIMEOUT = 5  # seconds
_KEPT = 3600  # seconds
_REFETCH_AFTER = 60  # seconds
_MOST_BYTES = 256 * 1024
_ENDPOINTS = ("authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri")


class UnreachableError(Exception):
    """The provider does not answer, or answers that it cannot."""


def description(provider: Provider) -> Mapping[str, Any]:
    """Return the provider's description (OpenID Connect Discovery). Its issuer must be the one of our settings."""
    name = f"federation:description:{provider.issuer}"
    kept: Mapping[str, Any] | None = cache.get(name)
    if kept is None:
        kept = _json(f"{provider.issuer.rstrip('/')}/.well-known/openid-configuration")
        _check_description(kept, provider)
        cache.set(name, kept, _KEPT)
    return kept


def _check_description(found: Mapping[str, Any], provider: Provider) -> None:
    if found.get("issuer") != provider.issuer:
        raise UntrustedError("description_of_another")
    secure = provider.issuer.startswith("https://")
    for endpoint in _ENDPOINTS:
        address = found.get(endpoint)
        if not isinstance(address, str) or (secure and not address.startswith("https://")):
            raise UntrustedError("description_incomplete")


def keys(provider: Provider, kid: str) -> Mapping[str, Any]:
    """Return the provider's key set, fetched again when ``kid`` is not in the kept one."""
    name = f"federation:keys:{provider.issuer}"
    kept: Mapping[str, Any] | None = cache.get(name)
    if kept is not None and (_holds(kept, kid) or not cache.add(f"{name}:refetched", 1, _REFETCH_AFTER)):
        return kept
    kept = _json(description(provider)["jwks_uri"])
    cache.set(name, kept, _KEPT)
    return kept


def _holds(key_set: Mapping[str, Any], kid: str) -> bool:
    return any(isinstance(key, dict) and key.get("kid") == kid for key in key_set.get("keys", ()))


def tokens(provider: Provider, *, code: str, verifier: str, redirect_uri: str) -> Mapping[str, Any]:
    """Exchange a code. Return at least ``id_token`` and ``access_token``, both as text, not yet verified."""
    client = OAuth2Session(
        provider.client_id,
        provider.client_secret,
        token_endpoint_auth_method="client_secret_post",  # noqa: S106 - the name of a method
        redirect_uri=redirect_uri,
    )
    proof = {"code_verifier": verifier} if verifier else {}
    try:
        found = client.fetch_token(
            description(provider)["token_endpoint"], code=code, timeout=TIMEOUT, allow_redirects=False, **proof
        )
    except AuthlibBaseError as error:
        raise UntrustedError("code_refused") from error
    except (requests.RequestException, ValueError) as error:
        raise UnreachableError from error
    if not isinstance(found.get("id_token"), str) or not isinstance(found.get("access_token"), str):
        raise UntrustedError("tokens_missing")
    answered: Mapping[str, Any] = found
    return answered


def userinfo(provider: Provider, access_token: str) -> tuple[str, str]:
    """Return the body of the person's claims and its media type."""
    answer = _get(
        description(provider)["userinfo_endpoint"],
        headers={"Authorization": f"Bearer {access_token}", "Accept": "application/jwt, application/json"},
    )
    return answer.text, answer.headers.get("Content-Type", "").split(";")[0].strip().lower()


def _json(url: str) -> Mapping[str, Any]:
    try:
        found = _get(url).json()
    except ValueError as error:
        raise UnreachableError from error
    if not isinstance(found, dict):
        raise UnreachableError
    return found


def _get(url: str, headers: Mapping[str, str] | None = None) -> requests.Response:
    try:
        answer = requests.get(url, headers=headers, timeout=TIMEOUT, allow_redirects=False)
    except requests.RequestException as error:
        raise UnreachableError from error
    if answer.status_code != requests.codes.ok or len(answer.content) > _MOST_BYTES:
        raise UnreachableError
    return answer
