"""The tree over a register's entries: its root, and every leaf in order."""

from collections.abc import Iterator
from uuid import UUID

from django.db import connection

from parvis.core.tlog.merkle import Builder
from parvis.preservation.models import Entry

_LEAVES = """
SELECT string_agg(leaf, ''::bytea ORDER BY position), count(*), max(position) FROM (
    SELECT leaf, position FROM preservation_entry
    WHERE register_id = %s AND position >= %s AND position < %s ORDER BY position LIMIT 65536
) part
"""
_LEAF = 32


def leaves(register: UUID, size: int) -> Iterator[bytes]:
    """Yield the first leaves of a register, 65,536 a query. Raise LookupError when a position is missing."""
    place = 0
    while place < size:
        with connection.cursor() as cursor:
            cursor.execute(_LEAVES, [register, place, size])
            together, count, last = cursor.fetchone()
        if not count or last != place + count - 1:
            message = f"register {register}: an entry is missing after {place}"
            raise LookupError(message)
        data = bytes(together)
        yield from (data[start : start + _LEAF] for start in range(0, len(data), _LEAF))
        place += count


def root_of(found: Iterator[bytes]) -> bytes:
    """Return the root over leaves."""
    builder = Builder()
    for leaf in found:
        builder.append(leaf)
        if builder.size % 65536 == 0:
            builder.changed()  # finished tiles are not needed here: forget them
    return builder.root()


def root(register: UUID, size: int) -> bytes:
    """Return the root over the first entries of a register."""
    return root_of(leaves(register, size))


def numbers(register: UUID, size: int) -> list[tuple[int, str]]:
    """Return the numbers of the acts among the first entries."""
    return list(
        Entry.objects.filter(register=register, version=0, position__lt=size)
        .order_by("number", "suffix")
        .values_list("number", "suffix")
    )
