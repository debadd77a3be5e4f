"""The keys that sign what we issue: one signs, the next is already published, retired ones are kept as long as needed.

Publishing the next key beforehand lets every client know it on the day it signs, without a cache missing it.
"""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from cryptography.fernet import InvalidToken
from django.db import connection, transaction
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeySet

from parvis.core.actor import Actor
from parvis.core.clock import now
from parvis.core.errors import ConflictError, DomainError
from parvis.identity.provider.models import SigningKey
from parvis.identity.provider.words import KeyState
from parvis.identity.sealing import box
from parvis.ledger import commands as ledger

ALGORITHM = "ES256"
CACHED = timedelta(minutes=15)  # how long clients may keep our key set
LONGEST_TOKEN = timedelta(minutes=10)  # the longest life of what a key signs, and a clock's difference
_SEAL = "provider.signing_key"
_LOCK = 0x7061_6B65  # advisory lock: two processes never make the first keys, or rotate, at once


@dataclass(frozen=True, slots=True)
class Rotated:
    """What a rotation did: the key that signs from now on, and the one announced."""

    current: str
    next: str
    retired: str


def _made(state: KeyState) -> SigningKey:
    key = ECKey.generate_key("P-256", {"use": "sig", "alg": ALGORITHM}, auto_kid=True)
    sealed = box(_SEAL).encrypt(json.dumps(key.as_dict(private=True)).encode())
    return SigningKey.objects.create(
        kid=key.thumbprint(), public=key.as_dict(private=False), sealed=sealed, state=state
    )


def _alone() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])


def _ensure() -> None:
    """Make the first two keys, on first use."""
    if SigningKey.objects.filter(state__in=(KeyState.CURRENT, KeyState.NEXT)).count() == 2:  # noqa: PLR2004
        return
    with transaction.atomic():
        _alone()
        for state in (KeyState.CURRENT, KeyState.NEXT):
            if not SigningKey.objects.filter(state=state).exists():
                _made(state)


def published() -> list[dict[str, Any]]:
    """Return the public keys that clients must know now: the one that signs, the next, the retired still in use."""
    _ensure()
    rows = SigningKey.objects.order_by("created_at", "kid")
    return [row.public for row in rows if row.retired_at is None or row.retired_at > now() - LONGEST_TOKEN]


def listed() -> list[dict[str, Any]]:
    """Return every key, for operators: its id, its state, its dates. Nothing private."""
    _ensure()
    rows = SigningKey.objects.order_by("created_at", "kid")
    return [
        {"kid": row.kid, "state": row.state, "created_at": row.created_at, "retired_at": row.retired_at} for row in rows
    ]


def rotate(*, actor: Actor, at_once: bool = False) -> Rotated:
    """Make the announced key sign, retire the one that signed, announce another.

    Raise ConflictError when clients may not yet know the announced key, unless ``at_once`` (the private key leaked).
    """
    _ensure()
    with transaction.atomic():
        _alone()
        following = SigningKey.objects.get(state=KeyState.NEXT)
        if not at_once and following.created_at > now() - CACHED:
            raise ConflictError(
                "key_too_young",
                "La clé suivante est annoncée depuis moins de %(minutes)s minutes : des sites ne la connaissent pas "
                "encore. Attendez, ou forcez avec --now si la clé actuelle a fui.",
                params={"minutes": int(CACHED.total_seconds() // 60)},
            )
        retired = SigningKey.objects.get(state=KeyState.CURRENT)
        retired.state, retired.retired_at = KeyState.RETIRED, now()
        if at_once:  # a leaked key must stop being believed, even for what it signed
            retired.retired_at = now() - LONGEST_TOKEN
        retired.save(update_fields=("state", "retired_at"))
        following.state = KeyState.CURRENT
        following.save(update_fields=("state",))
        announced = _made(KeyState.NEXT)
        _forget(now() - LONGEST_TOKEN)
        ledger.record(
            actor=actor,
            action="provider.keys_rotated",
            subject=f"key:{following.kid}",
            details={"retired": retired.kid, "next": announced.kid, "at_once": at_once},
        )
    return Rotated(following.kid, announced.kid, retired.kid)


def _forget(before: datetime) -> None:
    """Destroy retired private keys: nothing more is verified with them."""
    SigningKey.objects.filter(state=KeyState.RETIRED, retired_at__lte=before).delete()


def signed(claims: dict[str, Any], *, kind: str = "JWT") -> str:
    """Sign claims with the current key. ``kind`` is the header's ``typ``. Raise DomainError if it cannot be opened."""
    _ensure()
    row = SigningKey.objects.get(state=KeyState.CURRENT)
    try:
        private = json.loads(box(_SEAL).decrypt(bytes(row.sealed)))
    except InvalidToken as error:
        raise DomainError(
            "signing_key_sealed",
            "La clé de signature ne s’ouvre pas : le secret de l’installation a changé. Lancez deux fois "
            "parvis keys rotate --now.",
        ) from error
    return jwt.encode({"alg": ALGORITHM, "kid": row.kid, "typ": kind}, claims, ECKey.import_key(private))


def read_own(token: str) -> dict[str, Any] | None:
    """Return the claims of an ID token of ours, expired or not (it only hints), None when it is not ours."""
    try:
        keys = KeySet.import_key_set({"keys": published()})
        return dict(jwt.decode(token, keys, algorithms=[ALGORITHM]).claims)
    except (JoseError, ValueError, TypeError, KeyError):
        return None
