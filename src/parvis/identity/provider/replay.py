"""Proofs that serve once. What was seen is in the database: every process of every node refuses the second showing."""

from datetime import datetime

from django.db import connection

from parvis.core.clock import now
from parvis.identity import rules
from parvis.identity.provider.models import SeenProof

_NOTE = "INSERT INTO identity_seenproof (digest, expires_at) VALUES (%s, %s) ON CONFLICT DO NOTHING"


def is_first(kind: str, owner: str, jti: str, *, until: datetime) -> bool:
    """Note a proof and tell whether it had never been shown. ``until`` is when it expires and may be forgotten."""
    digest = rules.digest(f"{kind}\n{owner}\n{jti}")
    with connection.cursor() as cursor:
        cursor.execute(_NOTE, [digest, until])
        return bool(cursor.rowcount)


def forget() -> None:
    """Remove what has expired: it would be refused for its date anyway."""
    SeenProof.objects.filter(expires_at__lt=now()).delete()
