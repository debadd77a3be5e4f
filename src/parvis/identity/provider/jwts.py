"""Signed proofs that others send us: read strictly, by a closed list of algorithms."""

import json
from datetime import datetime, timedelta
from http import HTTPStatus
from http.client import HTTPException
from typing import Any

from django.conf import settings
from django.core.cache import cache
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from joserfc.util import json_b64decode

from parvis.core import outward
from parvis.core.clock import now
from parvis.identity.provider.models import RelyingParty

LEEWAY = timedelta(seconds=10)
_TOO_LONG = 16 * 1024
_KEPT = 600  # seconds a client's key set is kept
_REFETCH_AFTER = 60  # seconds
_MOST_BYTES = 64 * 1024


class UnprovenError(Exception):
    """A proof does not hold. The words say which check: for the journal, and for the developer of a DPoP client."""

    def __init__(self, *words: str) -> None:
        super().__init__(" ".join(words))


def header(token: str) -> dict[str, Any]:
    """Return the header of a token, unverified. Raise UnprovenError when it is unreadable."""
    if len(token) > _TOO_LONG or not token.isascii():
        raise UnprovenError("unreadable")
    try:
        found = json_b64decode(token.split(".", 1)[0].encode())
    except (ValueError, TypeError) as error:
        raise UnprovenError("unreadable") from error
    if not isinstance(found, dict):
        raise UnprovenError("unreadable")
    return found


def unproven_claims(token: str) -> dict[str, Any]:
    """Return what a token says, unverified: only to know whose key to verify it with."""
    header(token)
    try:
        found = json_b64decode(token.split(".")[1].encode())
    except (ValueError, TypeError, IndexError) as error:
        raise UnprovenError("unreadable") from error
    if not isinstance(found, dict):
        raise UnprovenError("unreadable")
    return found


def claims(token: str, keys: dict[str, Any], algorithms: tuple[str, ...]) -> dict[str, Any]:
    """Return the claims of a token that one of these public keys signed. Raise UnprovenError otherwise."""
    if header(token).get("alg") not in algorithms:  # "none", HS256 with a public key: refused before any key is read
        raise UnprovenError("algorithm")
    try:
        known = KeySet.import_key_set(keys)  # type: ignore[arg-type] # checked by the import itself
        found = json.loads(jws.deserialize_compact(token, known, algorithms=list(algorithms)).payload)
    except (JoseError, ValueError, TypeError, KeyError) as error:
        raise UnprovenError("signature") from error
    if not isinstance(found, dict):
        raise UnprovenError("unreadable")
    return found


def moment(found: dict[str, Any], name: str) -> datetime:
    """Return a claim that is a date. Raise UnprovenError when it is absent or is not one."""
    value = found.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise UnprovenError(name, "missing")
    try:
        return datetime.fromtimestamp(value, tz=now().tzinfo)
    except (ValueError, OverflowError, OSError) as error:
        raise UnprovenError(name, "unreadable") from error


def text(found: dict[str, Any], name: str) -> str:
    """Return a claim that is a text, neither empty nor endless. Raise UnprovenError otherwise."""
    value = found.get(name)
    if not isinstance(value, str) or not 1 <= len(value) <= 512 or "\x00" in value:  # noqa: PLR2004 - characters
        raise UnprovenError(name, "missing")
    return value


def keys_of(client: RelyingParty, kid: str) -> dict[str, Any]:
    """Return a client's public keys; those at an address are kept, and fetched again for an unknown ``kid``."""
    if not client.jwks_uri:
        return dict(client.jwks or {"keys": []})
    name = f"provider:jwks:{client.id}:{client.jwks_uri}"
    kept: dict[str, Any] | None = cache.get(name)
    known = kept is not None and any(key.get("kid") == kid for key in kept["keys"])
    if kept is not None and (known or not cache.add(f"{name}:refetched", 1, _REFETCH_AFTER)):
        return kept
    kept = _fetched(client.jwks_uri)
    cache.set(name, kept, _KEPT)
    return kept


def _fetched(url: str) -> dict[str, Any]:
    try:
        private = settings.WEBHOOKS_ALLOW_PRIVATE
        status, body = outward.request("GET", url, private=private, most=_MOST_BYTES)
        found = json.loads(body) if status == HTTPStatus.OK else None
    except (OSError, HTTPException, ValueError) as error:
        raise UnprovenError("keys unreachable") from error
    if not isinstance(found, dict) or not isinstance(found.get("keys"), list):
        raise UnprovenError("keys unreadable")
    return {"keys": [key for key in found["keys"] if isinstance(key, dict)]}
