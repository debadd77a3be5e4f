"""Add entries to a register, many in few statements: COPY into a table of the transaction, then one INSERT."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection

from parvis.core.clock import now
from parvis.core.ids import new_id
from parvis.preservation import entries
from parvis.preservation.entries import Content
from parvis.preservation.enums import EntryKind
from parvis.preservation.intake.drafts import Draft, Names
from parvis.preservation.models import Register

# PostgreSQL refuses COPY into a table with row-level security: the rows go through one that has none.
_STAGE = """
CREATE TEMPORARY TABLE IF NOT EXISTS preservation_stage (
    id uuid, register_id uuid, position int, kind text, number int, suffix text, version int, state text,
    previous bytea, content text, salt bytea, leaf bytea, created_at timestamptz
) ON COMMIT DELETE ROWS
"""
_COLUMNS = "id, register_id, position, kind, number, suffix, version, state, previous, content, salt, leaf, created_at"
_COPY = f"COPY preservation_stage ({_COLUMNS}) FROM STDIN (FORMAT BINARY)"
_TYPES = [
    "uuid",
    "uuid",
    "int4",
    "text",
    "int4",
    "text",
    "int4",
    "text",
    "bytea",
    "text",
    "bytea",
    "bytea",
    "timestamptz",
]
_PLACE = (
    f"INSERT INTO preservation_entry ({_COLUMNS}) SELECT {_COLUMNS} FROM preservation_stage;"  # noqa: S608 - constants
    " TRUNCATE preservation_stage"
)
_HEADS = """
SELECT DISTINCT ON (number, suffix) number, suffix, version, leaf FROM preservation_entry
WHERE register_id = %s AND number = ANY(%s) ORDER BY number, suffix, version DESC
"""


@dataclass(frozen=True, slots=True)
class Head:
    """The last entry of an act."""

    version: int
    leaf: bytes


@dataclass(frozen=True, slots=True)
class NewRow:
    """An entry as its row holds it."""

    register: UUID
    content: Content
    text: str
    salt: bytes
    leaf: bytes


def heads(register: Register, numbers: Sequence[int]) -> dict[Names, Head]:
    """Return the last entry of each act of these numbers. One query."""
    with connection.cursor() as cursor:
        cursor.execute(_HEADS, [register.id, list(numbers)])
        return {(number, suffix): Head(version, bytes(leaf)) for number, suffix, version, leaf in cursor.fetchall()}


def append(register: Register, drafts: Sequence[Draft]) -> list[NewRow]:
    """Add entries after those of a register, which the caller has locked, in the caller's transaction."""
    later = [one.number for one in drafts if one.kind != EntryKind.ACT]
    known = heads(register, later) if later else {}
    rows = []
    for place, one in enumerate(drafts, start=register.size):
        head = known.get(one.act) if one.kind != EntryKind.ACT else None
        content = Content(
            register=register.label,
            position=place,
            kind=one.kind,
            number=one.number,
            suffix=one.suffix,
            version=head.version + 1 if head else 0,
            previous=head.leaf if head else b"",
            dated=one.dated,
            state=one.state,
            data=one.data,
            pages=one.pages,
        )
        row = _row(register.id, content)
        known[one.act] = Head(content.version, row.leaf)
        rows.append(row)
    insert(rows, at=now())
    register.size += len(rows)
    register.save(update_fields=("size",))
    return rows


def _row(register: UUID, content: Content) -> NewRow:
    text, salt = entries.write(content), entries.new_salt()
    return NewRow(register, content, text, salt, entries.leaf(text, salt))


def insert(rows: Sequence[NewRow], *, at: datetime) -> None:
    """Write rows by COPY, in the caller's transaction."""
    with connection.cursor() as cursor:
        cursor.execute(_STAGE)
        with cursor.copy(_COPY) as copy:
            copy.set_types(_TYPES)
            for row in rows:
                said = row.content
                previous = said.previous or None
                act = (str(said.kind), said.number, said.suffix, said.version, str(said.state), previous)
                copy.write_row((new_id(), row.register, said.position, *act, row.text, row.salt, row.leaf, at))
        cursor.execute(_PLACE)
