"""The answer of the token endpoint, and the ID token in it."""

from datetime import timedelta
from typing import Any

from parvis.core.clock import now
from parvis.identity.provider import disclosures, grants, keys, metadata, rules
from parvis.identity.provider.grants import Issued

ID_TOKEN_LIFE = timedelta(minutes=5)


def answer(issued: Issued, *, first: bool) -> dict[str, Any]:
    """Return the body of a successful token answer. ``first``: for a code, whose nonce the ID token repeats."""
    row = issued.authorisation
    body = {
        "access_token": issued.access,
        "token_type": "DPoP" if "jkt" in issued.bound_to else "Bearer",
        "expires_in": int(grants.ACCESS_LIFE.total_seconds()),
        "scope": " ".join(row.scopes),
        "id_token": _id_token(issued, first=first),
    }
    if issued.refresh:
        body["refresh_token"] = issued.refresh
    disclosures.note(row, ["sub"])
    return body


def _id_token(issued: Issued, *, first: bool) -> str:
    row, at = issued.authorisation, int(now().timestamp())
    claims = {
        "iss": metadata.issuer(),
        "sub": row.sub,
        "aud": row.client.client_id,
        "iat": at,
        "exp": at + int(ID_TOKEN_LIFE.total_seconds()),
        "auth_time": row.auth_time,
        "acr": row.acr,
        "amr": row.amr,
        "sid": row.sid,
        "at_hash": rules.half_hash(issued.access),
    }
    if first and row.nonce:
        claims["nonce"] = row.nonce
    return keys.signed(claims)
