"""Run the jobs a test has sent, in its own transaction, as a worker would after commit."""

import json

from django.db import connection
from procrastinate.contrib.django import app

_TAKE = """
DELETE FROM procrastinate_jobs WHERE id = (
    SELECT id FROM procrastinate_jobs WHERE status = 'todo' AND (scheduled_at IS NULL OR scheduled_at <= now())
    ORDER BY id LIMIT 1
) RETURNING task_name, args
"""


def run_jobs(limit: int = 100) -> list[str]:
    """Run every job that is due, and those they send in turn. Return their names, in order."""
    done: list[str] = []
    while len(done) < limit:
        with connection.cursor() as cursor:
            cursor.execute(_TAKE)
            row = cursor.fetchone()
        if row is None:
            return done
        name, arguments = row
        app.tasks[name].func(**(json.loads(arguments) if isinstance(arguments, str) else arguments))
        done.append(name)
    message = f"more than {limit} jobs: {done}"
    raise AssertionError(message)


def leave_failed_job(task: str, **args: str) -> int:
    """Leave a job as the engine leaves one that failed at its last attempt; return its number."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_jobs (queue_name, task_name, args, status, attempts)"
            " VALUES ('default', %s, %s, 'failed', 8) RETURNING id",
            [task, json.dumps(args)],
        )
        return int(cursor.fetchone()[0])
