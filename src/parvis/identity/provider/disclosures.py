"""What a client receives of a person, and the note of it that the person can read."""

from collections.abc import Sequence
from typing import Any

from django.db import connection, transaction

from parvis.core.actor import Actor
from parvis.core.clock import now
from parvis.identity.provider import saying
from parvis.identity.provider.models import Authorisation
from parvis.ledger import commands as ledger

_NOTE = """
INSERT INTO identity_told (account_id, client_id, claim, first_at, last_at)
SELECT %(account)s, %(client)s, claim, %(now)s, %(now)s FROM unnest(%(claims)s::text[]) AS claim
ON CONFLICT (account_id, client_id, claim) DO UPDATE SET last_at = excluded.last_at
"""


def claims_of(row: Authorisation) -> dict[str, Any]:
    """Return what userinfo says, and write down that it was said."""
    told = saying.values(row.scopes, row.account)
    note(row, ["sub", *(name for name in told if name != "email_verified")])
    return {"sub": row.sub, **told}


def note(row: Authorisation, claims: Sequence[str]) -> None:
    """Write down, for the person and in the journal, which claims a client just received."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            values = {"account": row.account_id, "client": row.client_id, "now": now(), "claims": list(claims)}
            cursor.execute(_NOTE, values)  # type: ignore[arg-type] # psycopg takes a list for an array
        ledger.record(
            actor=Actor("client", row.client_id, label=row.client.name),
            action="provider.claims_sent",
            subject=f"relying_party:{row.client_id}",
            purpose=row.client.purpose[:200],
            details={"claims": list(claims)},
            about=row.account_id,
        )
