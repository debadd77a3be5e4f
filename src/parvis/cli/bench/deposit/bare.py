"""The baseline: psycopg alone, writing the very rows that one deposit writes, one transaction a deposit.

The rows are not described here: a real deposit is made once and what it wrote is read back from every table. When
the command writes more, or less, so does its baseline.
"""

import itertools
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import psycopg
from django.db import connection

from parvis.core.ids import new_id

# Written by a trigger on another table of the list: PostgreSQL writes them for the baseline too.
_BY_TRIGGER = frozenset({"procrastinate_events"})
_XMIN = " xmin"  # beside the columns of a row, whose names have no space
_NEXT = "SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint"
_TABLES = """
SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = current_schema() AND c.relkind = 'r' ORDER BY c.relname
"""
# A column that a sequence fills is left to it.
_COLUMNS = """
SELECT a.attname, format_type(a.atttypid, a.atttypmod)
FROM pg_attribute a LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
WHERE a.attrelid = %s::regclass AND a.attnum > 0 AND NOT a.attisdropped AND a.attidentity = ''
AND coalesce(pg_get_expr(d.adbin, d.adrelid), '') NOT LIKE 'nextval%%' ORDER BY a.attnum
"""


@dataclass(frozen=True, slots=True)
class Insert:
    """One row to write: its statement, and its values cut at the ids that change from one deposit to the next."""

    table: str
    statement: str
    values: Sequence[Sequence[str] | None]
    transaction: int = 0  # the place of its transaction among those of the act

    def parameters(self, fresh: dict[str, str]) -> list[str | None]:
        """Return the values of one more such row."""
        return [None if parts is None else "".join(fresh.get(part, part) for part in parts) for parts in self.values]


@dataclass(frozen=True, slots=True)
class Recording:
    """Everything that one deposit writes, ready to be written again with other ids."""

    inserts: Sequence[Insert]
    ids: Sequence[str]
    external_id: str

    def parameters(self, external_id: str) -> list[list[str | None]]:
        """Return the values of one more deposit, row by row."""
        fresh = {old: str(new_id()) for old in self.ids} | {self.external_id: external_id}
        return [insert.parameters(fresh) for insert in self.inserts]

    def write(self, to: "psycopg.Connection[Any]", external_id: str) -> None:
        """Write one more deposit, in as many transactions as the act that was recorded."""
        rows = zip(self.inserts, self.parameters(external_id), strict=True)
        for _, together in itertools.groupby(rows, key=lambda pair: pair[0].transaction):
            with to.transaction(), to.cursor() as cursor:
                for insert, row in together:
                    cursor.execute(insert.statement, row)

    def write_many(self, to: "psycopg.Connection[Any]", external_ids: Sequence[str]) -> None:
        """Write many deposits in one transaction, statement by statement: to fill, not to measure."""
        rows = [self.parameters(one) for one in external_ids]
        with to.transaction(), to.cursor() as cursor:
            for place, insert in enumerate(self.inserts):
                cursor.executemany(insert.statement, [row[place] for row in rows])


def connect() -> "psycopg.Connection[Any]":
    """Open a connection of psycopg's own, with psycopg's own defaults."""
    place = connection.settings_dict
    return psycopg.connect(host=place["HOST"], port=place["PORT"], dbname=place["NAME"], user=place["USER"])


def record(deposit: Callable[[str], None], external_id: str) -> Recording:
    """Make one deposit and read back what it wrote. Nothing else may write meanwhile."""
    with connect() as reader, reader.cursor() as cursor:
        first = cursor.execute(_NEXT).fetchone()
        reader.commit()
        deposit(external_id)
        cursor.execute(_TABLES)
        tables = [name for (name,) in cursor.fetchall() if name not in _BY_TRIGGER]
        written = {table: _written(cursor, table, first[0] if first else 0) for table in tables}
    marks = sorted((row[_XMIN], row["id"]) for row in written["ledger_entry"])
    ids = [row["id"] for rows in written.values() for row in rows if _is_uuid(row.get("id"))]
    cut = re.compile("|".join(map(re.escape, (external_id, *ids))))
    places = _places([row for rows in written.values() for row in rows], marks)
    inserts = [
        _insert(table, row, cut, places.get(row.get("id"), 0) if _is_uuid(row.get("id")) else _place(row, marks))
        for table, rows in written.items()
        for row in rows
    ]
    return Recording(sorted(inserts, key=lambda one: one.transaction), ids, external_id)


def _places(rows: Sequence[dict[str, Any]], marks: Sequence[tuple[int, str]]) -> dict[Any, int]:
    """Return the transaction of each row that has an id. One that an earlier row points at comes as early as it."""
    places = {row["id"]: _place(row, marks) for row in rows if _is_uuid(row.get("id"))}
    for row in sorted(rows, key=lambda one: places.get(one.get("id"), 0)):
        for value in row.values():
            if isinstance(value, str) and places.get(value, 0) > places.get(row.get("id"), 0):
                places[value] = places.get(row.get("id"), 0)
    return places


def _place(row: dict[str, Any], marks: Sequence[tuple[int, str]]) -> int:
    """Return in which transaction of the act a row was created: each ends with its line in the journal.

    A row changed later carries the number of the change; its id, which grows with time, tells its birth.
    """
    if _is_uuid(row.get("id")):
        return next((place for place, (_, mark) in enumerate(marks) if row["id"] <= mark), len(marks) - 1)
    return next((place for place, (number, _) in enumerate(marks) if number == row[_XMIN]), 0)


def _written(cursor: "psycopg.Cursor[Any]", table: str, first: int) -> list[dict[str, Any]]:
    """Return the rows of a table that transactions from ``first`` on wrote, as texts; types travel in the names."""
    columns = cursor.execute(_COLUMNS, [table]).fetchall()
    listed = ", ".join(("xmin::text::bigint", *(f'"{name}"::text' for name, _ in columns)))
    # A savepoint has a transaction number of its own, greater than its transaction's.
    cursor.execute(f'SELECT {listed} FROM "{table}" WHERE xmin::text::bigint >= %s', [first])  # noqa: S608 - names from the catalogue
    kinds = dict(columns)
    return [dict(zip(kinds, row[1:], strict=True)) | {"": kinds, _XMIN: row[0]} for row in cursor.fetchall()]


def _insert(table: str, row: dict[str, Any], cut: "re.Pattern[str]", transaction: int) -> Insert:
    kinds: dict[str, str] = row.pop("")
    del row[_XMIN]
    names = ", ".join(f'"{name}"' for name in kinds)
    places = ", ".join(f"%s::{kind}" for kind in kinds.values())
    values = [None if value is None else _pieces(value, cut) for value in row.values()]
    return Insert(table, f'INSERT INTO "{table}" ({names}) VALUES ({places})', values, transaction)  # noqa: S608 - from the catalogue


def _pieces(value: str, cut: "re.Pattern[str]") -> list[str]:
    pieces, place = [], 0
    for found in cut.finditer(value):
        pieces += [value[place : found.start()], found.group()]
        place = found.end()
    return [piece for piece in (*pieces, value[place:]) if piece] or [""]


def _is_uuid(value: Any) -> bool:
    return isinstance(value, str) and re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", value) is not None
