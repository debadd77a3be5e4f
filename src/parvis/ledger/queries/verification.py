"""Recompute the whole journal from the database."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from parvis.core.tlog.audit import Auditor, Report, Statement
from parvis.core.tlog.notes import Checkpoint, Verifier
from parvis.ledger import rules
from parvis.ledger.queries.dating import dated_checkpoints, notes_of
from parvis.ledger.standalone.dating import BadStampError, verify_stamps

_FIELDS = rules.Content.__slots__
_CONTENT = ", ".join(f"e.{name}" for name in _FIELDS)
_CHUNK = 2000

_LEAVES = f"""
SELECT l.position, l.entry_id, {_CONTENT}, e.salt, e.private_digest, e.digest
FROM ledger_leaf l LEFT JOIN ledger_entry e ON e.id = l.entry_id ORDER BY l.position
"""  # noqa: S608 - the columns are those of the dataclass
_WAITING = f"""
SELECT p.digest, e.id, {_CONTENT}, e.salt, e.private_digest, e.digest
FROM ledger_entry e LEFT JOIN ledger_pending p ON p.entry_id = e.id
WHERE NOT EXISTS (SELECT FROM ledger_leaf l WHERE l.entry_id = e.id) ORDER BY e.id
"""  # noqa: S608 - the columns are those of the dataclass
_ORPHANS = """
SELECT entry_id FROM ledger_pending p WHERE NOT EXISTS (SELECT FROM ledger_entry e WHERE e.id = p.entry_id)
"""
_ERASED_SILENTLY = """
SELECT e.id FROM ledger_entry e WHERE e.salt IS NULL AND NOT EXISTS (
    SELECT FROM ledger_entry trace WHERE trace.subject = 'entry:' || e.id AND trace.action = 'ledger.entry_erased')
ORDER BY e.id
"""


def verify(
    *,
    verifiers: Sequence[Verifier],
    witnessed: Iterable[tuple[Checkpoint, str]] = (),
    progress: Callable[[int], None] | None = None,
) -> Report:
    """Recompute digests, leaves, tiles, roots and signatures, in one snapshot of the database.

    ``witnessed`` are checkpoints kept outside, with their notes: the only way to notice that the end of the journal
    was cut off together with its checkpoints. ``progress`` receives the number of leaves seen.
    """
    report = Report()
    with snapshot():
        statements = _statements([Statement(seen.size, seen.root, note) for seen, note in witnessed])
        auditor = Auditor(report, read_tile, statements, verifiers)
        if _walk(auditor, report, progress):
            auditor.finish()
        _check_waiting(report)
        _check_traces(report)
        _check_stamps(report)
    return report


@contextmanager
def snapshot() -> Iterator[None]:
    """Open a read-only transaction that sees one state of the database from beginning to end."""
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield


def rows(sql: str) -> Iterator[tuple[Any, ...]]:
    """Stream the rows of a query through a server-side cursor."""
    cursor: CursorWrapper
    with connection.chunked_cursor() as cursor:
        cursor.execute(sql)
        while batch := cursor.fetchmany(_CHUNK):
            yield from batch


def read_tile(level: int, number: int) -> bytes:
    """Return the hashes of a stored tile, nothing when it is missing."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT hashes FROM ledger_tile WHERE level = %s AND number = %s", [level, number])
        row = cursor.fetchone()
    return bytes(row[0]) if row else b""


def _statements(witnessed: list[Statement]) -> Iterator[Statement]:
    """Yield the stored checkpoints by size, the witnessed ones among them."""
    waiting = sorted(witnessed, key=lambda statement: statement.size)
    for size, root, note in rows("SELECT size, root, note FROM ledger_checkpoint ORDER BY size"):
        while waiting and waiting[0].size <= size:
            yield waiting.pop(0)
        yield Statement(size, bytes(root), note)
    yield from waiting


def _walk(auditor: Auditor, report: Report, progress: Callable[[int], None] | None) -> bool:
    for position, identifier, *values in rows(_LEAVES):
        digest = _check_entry(report, position, identifier, values)
        if not auditor.leaf(position, digest, str(identifier)):
            return False
        if progress and position % _CHUNK == 0:
            progress(position)
    return True


def _check_entry(report: Report, position: int | None, identifier: UUID, values: Sequence[Any]) -> bytes:
    """Compare an entry with its digests; return the digest that its content gives."""
    *fields, salt, private, digest = values
    name = str(identifier)
    if digest is None:
        report.add("entry_missing", f"L’entrée {name} a été supprimée.", position=position, entry=name)
        return b""
    content = rules.Content(*fields)
    if salt is None:
        report.erased += 1
    elif rules.private_digest(content, bytes(salt)) != bytes(private):
        message = f"Les détails de l’entrée {name} ont été changés."
        report.add("details_changed", message, position=position, entry=name)
    computed = rules.entry_digest(content, bytes(private))
    if computed != bytes(digest):
        report.add("entry_changed", f"L’entrée {name} a été changée.", position=position, entry=name)
    return bytes(digest)


def _check_stamps(report: Report) -> None:
    """The daily timestamps hold, cover the checkpoints that are kept, and follow one another."""
    kept = dated_checkpoints()
    try:
        verify_stamps(kept, notes_of(one.size for one in kept))
    except BadStampError as error:
        report.add("stamp_forged", str(error))


def _check_waiting(report: Report) -> None:
    for queued, identifier, *values in rows(_WAITING):
        digest = _check_entry(report, None, identifier, values)
        if queued is None:
            message = f"L’entrée {identifier} n’est ni dans l’arbre ni en attente : son inscription a été retirée."
            report.add("entry_lost", message, entry=str(identifier))
        elif bytes(queued) != digest:
            message = f"L’entrée {identifier}, en attente, a été changée depuis son écriture."
            report.add("entry_changed", message, entry=str(identifier))
        else:
            report.pending += 1


def _check_traces(report: Report) -> None:
    for (identifier,) in rows(_ORPHANS):
        message = f"L’entrée {identifier}, en attente d’inscription, a été supprimée."
        report.add("entry_missing", message, entry=str(identifier))
    for (identifier,) in rows(_ERASED_SILENTLY):
        message = f"L’entrée {identifier} a été effacée sans que le journal dise par qui."
        report.add("erased_silently", message, entry=str(identifier))
