"""Whose rows a caller may meet in the database: wider than any decision, so that it never says no in its place."""

from uuid import UUID

from django.conf import settings

from parvis.core import sql
from parvis.core.clock import now, today

_ENTER = """
SELECT access_enter(%(kind)s, %(principal)s, %(now)s, %(today)s, %(operator)s, %(in_transaction)s)
"""


def enter(kind: str, principal: UUID, *, in_transaction: bool) -> str | None:
    """Have the database work for a person or program, and return the organisations whose rows they may meet.

    They are written as a PostgreSQL array. None: all of them, and nothing was set, for one of the platform's own. It
    bounds what any decision could open, and decides nothing itself (`core.tenancy`). ``in_transaction``: until its end
    only. One statement, a function of the database (migration 0105): a round trip less is worth a place apart here,
    because every request pays it.
    """
    values = {
        "kind": kind,
        "principal": principal,
        "now": now(),
        "today": today(),
        "operator": settings.PARVIS_OPERATOR_SIRET,
        "in_transaction": in_transaction,
    }
    [(organisations,)] = sql.fetch_prepared(_ENTER, values)
    return None if organisations is None else str(organisations)
