"""Write entries: in the transaction of the act itself, so that one never exists without the other."""

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Literal
from uuid import UUID

from django.db import connection, transaction

from parvis.core.actor import Actor
from parvis.core.clock import now
from parvis.core.errors import RefusedError
from parvis.core.ids import new_id
from parvis.ledger import rules

_COLUMNS = (
    "id, at, actor_kind, actor_id, acting_for, action, subject, purpose, legal_basis, grants, outcome, actor_label,"
    " about, details, salt, private_digest, digest"
)
_INSERT = f"""
WITH written AS (
    INSERT INTO ledger_entry ({_COLUMNS})
    VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s::uuid[], %s, %s, %s, %s, %s, %s, %s)
    RETURNING id, digest
)
INSERT INTO ledger_pending (entry_id, digest) SELECT id, digest FROM written
"""  # noqa: S608 - the columns are the constant above


class OutsideTransactionError(RuntimeError):
    """An entry was written outside the transaction of the act it tells of: a mistake in the calling code."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewEntry:
    """An act to write down.

    ``action`` is ``context.verb_past`` (``exchange.case_opened``); ``subject`` is ``kind:id``; ``purpose`` and
    ``legal_basis`` say why and by which text; ``grants`` are the rights that allowed it; ``about`` is the account of
    the citizen whose data it concerns. ``details`` may hold personal data: it can be erased, the rest cannot.
    """

    actor: Actor
    action: str
    subject: str
    purpose: str = ""
    legal_basis: str = ""
    grants: Sequence[UUID] = ()
    outcome: Literal["done", "refused"] = "done"
    details: Mapping[str, Any] | None = field(default=None)
    about: UUID | None = None


def record(
    *,
    actor: Actor,
    action: str,
    subject: str,
    purpose: str = "",
    legal_basis: str = "",
    grants: Sequence[UUID] = (),
    outcome: Literal["done", "refused"] = "done",
    details: Mapping[str, Any] | None = None,
    about: UUID | None = None,
) -> UUID:
    """Write one entry in the present transaction and return its id. See `NewEntry` for the meaning of each argument.

    Raise OutsideTransactionError when there is no transaction.
    """
    entry = NewEntry(
        actor=actor,
        action=action,
        subject=subject,
        purpose=purpose,
        legal_basis=legal_basis,
        grants=grants,
        outcome=outcome,
        details=details,
        about=about,
    )
    return record_entry(entry)


def record_entry(entry: NewEntry) -> UUID:
    """Write an entry made before in the present transaction and return its id."""
    _require_transaction()
    row = _row(entry)
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, row)
    identifier: UUID = row[0]
    return identifier


def record_many(entries: Iterable[NewEntry]) -> list[UUID]:
    """Write many entries in the present transaction by COPY, and return their ids in order."""
    _require_transaction()
    rows = [_row(entry) for entry in entries]
    if not rows:
        return []
    with connection.cursor() as cursor:
        with cursor.copy(f"COPY ledger_entry ({_COLUMNS}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        with cursor.copy("COPY ledger_pending (entry_id, digest) FROM STDIN") as copy:
            for row in rows:
                copy.write_row((row[0], row[-1]))
    return [row[0] for row in rows]


def record_refusal(
    *,
    actor: Actor,
    action: str,
    subject: str,
    details: Mapping[str, Any] | None = None,
    about: UUID | None = None,
) -> UUID:
    """Write down a refused act in a transaction of its own, after the refused command was rolled back.

    Raise RuntimeError when called inside a transaction: the entry would be rolled back with it.
    """
    with transaction.atomic(durable=True):
        return record(
            actor=actor,
            action=action,
            subject=subject,
            details=details,
            about=about,
            outcome="refused",
        )


@contextmanager
def refusals_recorded(*, actor: Actor, action: str, subject: str, about: UUID | None = None) -> Iterator[None]:
    """Run a command; when it is refused for want of rights, write the refusal down, then let it through.

    Wrap it around the command's transaction, not inside.
    """
    try:
        yield
    except RefusedError as refusal:
        record_refusal(actor=actor, action=action, subject=subject, details={"code": refusal.code}, about=about)
        raise


def _require_transaction() -> None:
    if not connection.in_atomic_block:
        message = "ledger.record() writes in the transaction of the act: open transaction.atomic(durable=True) first"
        raise OutsideTransactionError(message)


def _row(entry: NewEntry) -> tuple[Any, ...]:
    actor = entry.actor
    content = rules.Content(
        id=new_id(),
        at=now(),
        actor_kind=actor.kind,
        actor_id=actor.id,
        acting_for=actor.acting_for,
        action=entry.action,
        subject=_clean(entry.subject),
        purpose=_clean(entry.purpose),
        legal_basis=_clean(entry.legal_basis),
        grants=list(entry.grants),
        outcome=str(entry.outcome),
        actor_label=_clean(actor.label),
        about=entry.about,
        details=rules.canonical(entry.details) if entry.details else "",
    )
    salt = os.urandom(rules.SALT_BYTES)
    private = rules.private_digest(content, salt)
    values = (getattr(content, name) for name in rules.Content.__slots__)
    return (*values, salt, private, rules.entry_digest(content, private))


def _clean(text: str) -> str:
    """Drop what PostgreSQL cannot keep in a text: NUL and half surrogate pairs."""
    return text.replace("\x00", "").encode("utf-8", "replace").decode("utf-8")
