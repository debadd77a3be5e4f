"""Jobs that failed at every attempt: what they were, try them once more, or give them up.

With `core.outbox`, the only module that knows the job engine's tables. The engine keeps no error text: the log has it.
"""

import dataclasses
from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db import connection

from parvis.core import sql

_LISTED = """
SELECT j.id, j.task_name, j.args, j.attempts, last.at FROM procrastinate_jobs j
LEFT JOIN LATERAL (SELECT max(e.at) AS at FROM procrastinate_events e WHERE e.job_id = j.id) last ON true
WHERE j.status = 'failed' ORDER BY j.id DESC LIMIT %(limit)s OFFSET %(offset)s
"""
# A job put back has one more attempt: its count of attempts stays.
_BACK = """
UPDATE procrastinate_jobs SET status = 'todo', scheduled_at = NULL WHERE status = 'failed' AND id = ANY(%(jobs)s)
RETURNING id, task_name
"""
_GONE = "DELETE FROM procrastinate_jobs WHERE status = 'failed' AND id = ANY(%(jobs)s) RETURNING id, task_name"


@dataclasses.dataclass(frozen=True, slots=True)
class FailedJob:
    """A job that will not run again by itself."""

    id: int
    task: str
    args: dict[str, Any]
    attempts: int
    failed_at: datetime | None


def count() -> int:
    """Count the jobs that failed for good. One query."""
    (found,) = sql.fetch("SELECT count(*) FROM procrastinate_jobs WHERE status = 'failed'", {})
    return int(found[0])


def listed(*, limit: int, offset: int = 0) -> list[FailedJob]:
    """Return the jobs that failed for good, the latest first. One query."""
    return [FailedJob(*row) for row in sql.fetch(_LISTED, {"limit": limit, "offset": offset})]


def every_id() -> list[int]:
    """Return the number of every job that failed for good. One query."""
    return [row[0] for row in sql.fetch("SELECT id FROM procrastinate_jobs WHERE status = 'failed' ORDER BY id", {})]


def put_back(jobs: Collection[int]) -> list[tuple[int, str]]:
    """Let failed jobs run once more; return the number and task of those that were still failed. In a transaction."""
    return _written(_BACK, jobs)


def drop(jobs: Collection[int]) -> list[tuple[int, str]]:
    """Forget failed jobs; return the number and task of those that were still there. In a transaction."""
    return _written(_GONE, jobs)


def _written(statement: str, jobs: Collection[int]) -> list[tuple[int, str]]:
    if not connection.in_atomic_block:
        message = "outside a transaction, the job would not depend on its journal entry"
        raise RuntimeError(message)
    return [(number, task) for number, task in sql.fetch(statement, {"jobs": list(jobs)})]
