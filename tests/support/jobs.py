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
