"""What a token is worth, told to those it is meant for (RFC 7662): its client, and the clients that it names."""

from typing import Any

from parvis.identity import queries
from parvis.identity.provider import grants, metadata
from parvis.identity.provider.models import ProviderToken, RelyingParty
from parvis.identity.provider.words import TokenKind

_NOTHING = {"active": False}


def of(token: str, *, asked_by: RelyingParty) -> dict[str, Any]:
    """Return what ``asked_by`` may know of a token: the same "inactive" for a dead one and for someone else's."""
    row = grants.inspected(token) if token else None
    if row is None:
        return _of_machine(token, asked_by)
    client = row.authorisation.client
    if asked_by.id != client.id and (row.kind == TokenKind.REFRESH or asked_by.client_id not in client.audiences):
        return _NOTHING
    if asked_by.sector != client.sector:  # a pseudonym never leaves its sector
        return _NOTHING
    return _said(row)


def _said(row: ProviderToken) -> dict[str, Any]:
    family = row.authorisation
    said: dict[str, Any] = {
        "active": True,
        "iss": metadata.issuer(),
        "client_id": family.client.client_id,
        "sub": family.sub,
        "aud": [family.client.client_id, *family.client.audiences],
        "scope": " ".join(family.scopes),
        "iat": int(row.issued_at.timestamp()),
        "exp": int(row.expires_at.timestamp()),
        "acr": family.acr,
        "amr": family.amr,
        "auth_time": family.auth_time,
        "sid": family.sid,
    }
    if row.kind == TokenKind.ACCESS:
        said["token_type"] = "DPoP" if "jkt" in row.bound_to else "Bearer"
    return said | ({"cnf": row.bound_to} if row.bound_to else {})


def _of_machine(token: str, asked_by: RelyingParty) -> dict[str, Any]:
    """A token that a client got for itself: nobody else asks about it."""
    found = queries.bound_token(token) if token and asked_by.machine_id else None
    if found is None or found.client_id != asked_by.machine_id:
        return _NOTHING
    said = {
        "active": True,
        "iss": metadata.issuer(),
        "client_id": asked_by.client_id,
        "scope": found.scope,
        "exp": int(found.expires_at.timestamp()),
    }
    return said | ({"cnf": found.bound_to} if found.bound_to else {})
