"""Signatures and encryption of what a provider sends: closed lists of algorithms, keys found by their id."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from joserfc import jwe, jws
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, RSAKey
from joserfc.util import json_b64decode

from parvis.identity.federation.validator import UntrustedError

# FranceConnect+: the two lists of its documentation, less RSA-OAEP, whose SHA-1 nobody needs any more.
_WRAPS = ["RSA-OAEP-256"]
_CIPHERS = ["A256GCM"]
_TOO_LONG = 64 * 1024  # characters: a real token has a few thousand
KeysOf = Callable[[str], Mapping[str, Any]]


def verified(token: str, *, keys_of: KeysOf, algorithms: tuple[str, ...]) -> tuple[dict[str, Any], str]:
    """Return the claims of a signed token and its algorithm. ``keys_of`` gives the key set for a key id.

    The algorithm comes from our list, never from the token alone: "none" and a public key used as a secret are refused
    before any key is fetched.
    """
    header = _header(token)
    algorithm = header.get("alg")
    if algorithm not in algorithms:
        raise UntrustedError("algorithm_refused")
    kid = header.get("kid")
    if not isinstance(kid, str):
        raise UntrustedError("kid_missing")
    try:
        found = [key for key in keys_of(kid).get("keys", []) if key.get("kid") == kid and key.get("use") != "enc"]
        read = jws.deserialize_compact(token, KeySet.import_key_set({"keys": found[:1]}), algorithms=list(algorithms))
        claims = json.loads(read.payload)
    except (JoseError, ValueError, TypeError, KeyError) as error:
        raise UntrustedError("signature_wrong") from error
    if not isinstance(claims, dict):
        raise UntrustedError("signature_wrong")
    return claims, algorithm


def decrypted(token: str, *, key: str, issuer: str, client_id: str) -> str:
    """Open a token encrypted for us (FranceConnect+). Its header names who wrote it and for whom: both are checked."""
    _header(token)
    registry = jwe.JWERegistry(algorithms=[*_WRAPS, *_CIPHERS], strict_check_header=False)
    try:
        opened = jwe.decrypt_compact(token, RSAKey.import_key(key), registry=registry)
    except (JoseError, ValueError, TypeError, KeyError) as error:
        raise UntrustedError("encryption_wrong") from error
    header = opened.protected
    if header.get("iss", issuer) != issuer or header.get("aud", client_id) not in (client_id, [client_id]):
        raise UntrustedError("encryption_not_for_us")
    if header.get("cty", "JWT") != "JWT" or opened.plaintext is None:
        raise UntrustedError("encryption_wrong")
    return opened.plaintext.decode("ascii", "replace")


def _header(token: str) -> dict[str, Any]:
    if len(token) > _TOO_LONG:
        raise UntrustedError("token_too_long")
    try:
        header = json_b64decode(token.split(".", 1)[0].encode())
    except (ValueError, TypeError) as error:
        raise UntrustedError("token_unreadable") from error
    if not isinstance(header, dict):
        raise UntrustedError("token_unreadable")
    return header


def plain(body: str) -> dict[str, Any]:
    """Read claims sent as plain JSON, by a provider that relies on TLS alone."""
    try:
        claims = json.loads(body)
    except ValueError as error:
        raise UntrustedError("userinfo_unreadable") from error
    if not isinstance(claims, dict):
        raise UntrustedError("userinfo_unreadable")
    return claims
