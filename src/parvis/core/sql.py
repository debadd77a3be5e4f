"""Reads written by hand, for the few that every call of the hub makes.

Building a query with the ORM costs more than running it (0.3 ms against 0.1): worth it everywhere, except where it is
paid five times a deposit. Each stands in its context's queries and is tried condition by condition
(tests/exchange/test_hot_reads.py); the decision on rights, which also exists as a filter, is compared with it over
random grants.
"""

from collections.abc import Mapping
from typing import Any

from django.db import connection


def fetch(statement: str, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """Run one read on Django's connection and return its rows."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows
