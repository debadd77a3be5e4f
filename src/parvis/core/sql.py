"""Reads written by hand, for the few that every call of the hub makes.

Building a query with the ORM costs more than running it (0.3 ms against 0.1): worth it everywhere, except where it is
paid five times a deposit. Each stands in its context's queries and is tried condition by condition
(tests/exchange/test_hot_reads.py); the decision on rights, which also exists as a filter, is compared with it over
random grants.
"""

from collections.abc import Mapping
from typing import Any, Self

import psycopg
from django.db import connection


def fetch(statement: str, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """Run one read on Django's connection and return its rows."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


class _Prepared(psycopg.Cursor[Any]):
    """A cursor that has the server plan a statement once for many executions."""

    def execute(self, query: Any, params: Any = None, **_: Any) -> Self:
        """Run, keeping the plan."""
        return super().execute(query, params, prepare=True)


def fetch_prepared(statement: str, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """Run a read whose planning costs more than its work: the server plans it once per connection.

    Behind a pooler that does not know prepared statements, set PARVIS_DB_PREPARE=0: it is then planned each time.
    """
    connection.ensure_connection()
    raw: Any = connection.connection
    # Django's own wrapper, so that logs and tests see the statement as they see every other.
    with connection._prepare_cursor(_Prepared(raw)) as cursor:  # type: ignore[attr-defined] # noqa: SLF001
        cursor.execute(statement, values)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows
