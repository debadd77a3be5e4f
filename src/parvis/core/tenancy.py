"""For whom a process works in the database: the second lock, behind the filters that every query has.

PostgreSQL itself hides the rows of other organisations (row-level security, policies in the contexts' migrations). What
it needs to know is the *scope* of the present work, kept here and given to the connection:

* `OWNER`: the connection's own user, owner of the tables. Migrations, and the tests' own set-up.
* `PLATFORM`: role ``parvis_batch``, sees every row. The worker, the command line, and few marked places (`elevated`).
* a `Scope` of role ``parvis_app``: the rows of some organisations and of one person or program. Each web request has
  its own, from `become`; before anyone is known it is `NOBODY`, which sees no row of any organisation.

The traps this avoids (docs/security/tenancy.md, each has a test): a setting that outlives its request in a pooled
connection (every checkout sets the scope again), one lost or kept by a rollback (`_restored`), and a query that runs
with no scope at all (no scope is no row).
"""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

import psycopg
from django.db import connection

APP, BATCH = "parvis_app", "parvis_batch"

_SET = """
SELECT set_config('role', %(role)s, %(local)s), set_config('app.principal', %(principal)s, %(local)s),
set_config('app.kind', %(kind)s, %(local)s), set_config('app.organisations', %(organisations)s, %(local)s)
"""


class Enter(Protocol):
    """Sets the scope of a principal in the database; returns its organisations, None for all (nothing is set then)."""

    def __call__(self, kind: str, principal: UUID, *, in_transaction: bool) -> str | None:
        """See `access.queries.enter`."""


@dataclass(frozen=True, slots=True)
class Scope:
    """A role of the database, and whose rows it may see. ``organisations`` is a PostgreSQL array literal."""

    role: str
    kind: str = ""
    principal: str = ""
    organisations: str = ""


OWNER = Scope("none")
NOBODY = Scope(APP)
PLATFORM = Scope(BATCH)

_process = [OWNER]
_enter: list[Enter] = []
_scope: ContextVar[Scope | None] = ContextVar("parvis_scope", default=None)


def work_as(scope: Scope) -> None:
    """Set what this process works for when nothing else is said: once, when it starts."""
    _process[0] = scope
    if connection.connection is not None:
        apply(connection, present(), local=False)


def present() -> Scope:
    """Return the scope of the work under way."""
    return _scope.get() or _process[0]


def apply(to: Any, scope: Scope, *, local: bool) -> None:
    """Give a scope to an open connection; ``local`` is until the end of the transaction."""
    values = {
        "role": scope.role,
        "kind": scope.kind,
        "principal": scope.principal,
        "organisations": scope.organisations,
        "local": local,
    }
    # On psycopg's own connection: not a query of the application.
    to.connection.execute(_SET, values)


@contextmanager
def scoped(scope: Scope) -> Iterator[None]:
    """Work for a scope, then for the one before."""
    before = present()
    token = _scope.set(scope)
    if connection.connection is not None:
        apply(connection, scope, local=connection.in_atomic_block)
    try:
        yield
    finally:
        _scope.reset(token)
        _restored(before)


def elevated() -> Any:
    """Work for the platform in the middle of someone's request: only where an act crosses organisations by its nature.

    A test lists the places (tests/architecture/test_tenancy.py).
    """
    return scoped(PLATFORM)


def become(kind: str, principal: UUID) -> None:
    """Go on for this person or program, until the end of the request: called when it has proved who it is.

    Outside of a request, do nothing: the command line and the tests work for whom they say.
    """
    if _scope.get() is None:
        return
    if present().role != APP:  # who worked for the platform becomes someone else
        _scope.set(NOBODY)
        apply(connection, NOBODY, local=connection.in_atomic_block)
    organisations = _enter[0](kind, principal, in_transaction=connection.in_atomic_block)
    if organisations is None:
        _scope.set(PLATFORM)
        apply(connection, PLATFORM, local=connection.in_atomic_block)
    else:
        _scope.set(Scope(APP, kind, str(principal), organisations))


def array(organisations: Collection[UUID]) -> str:
    """Write ids as PostgreSQL reads an array."""
    return "{" + ",".join(str(one) for one in organisations) + "}"


def enter_by(enter: Enter) -> None:
    """Set who knows the organisations of a principal. Called once, by `web.wiring`."""
    _enter[:] = [enter]


@contextmanager
def request() -> Iterator[None]:
    """The time of one request: nobody's, until `become`."""
    before = present()
    token = _scope.set(NOBODY)
    if connection.connection is not None:
        apply(connection, NOBODY, local=connection.in_atomic_block)
    try:
        yield
    finally:
        _scope.reset(token)
        # A server's connection goes back to its pool right after, and is given a scope when it is taken again; what
        # a streamed answer still reads, it reads for the one who asked.
        if before != NOBODY:
            _restored(before)


def _restored(scope: Scope) -> None:
    if connection.connection is None or connection.connection.closed:
        return
    try:
        apply(connection, scope, local=connection.in_atomic_block)
    except psycopg.errors.InFailedSqlTransaction:
        # The transaction will be rolled back, and PostgreSQL gives back what was set before it.
        if not connection.in_atomic_block:
            raise
