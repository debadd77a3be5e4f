"""Side effects, after commit and only then: a job row is written in the command's own transaction.

A mail or a call to another system never happens inside a command. The command *sends* a task (one INSERT); if its
transaction rolls back, the job never existed. A worker runs the task afterwards, at least once, with retries.

Low contexts talk to high ones by *events*: `publish` inserts one job per subscriber, found in the one table that
`web/wiring.py` connects. The engine is procrastinate, and this module is the only one that knows it.
"""

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

from django.db import connection
from procrastinate import App, RetryStrategy
from procrastinate.contrib.django import app as worker_app
from procrastinate.contrib.django.django_connector import DjangoConnector

from parvis.core.clock import now

# Our own sender, always on Django's connection: inside a worker, procrastinate's app writes through a connection of
# its own, and a job sent from there would survive the rollback of the command that sent it.
_sender = App(connector=DjangoConnector())
_subscribers: dict[type[Any], tuple[str, ...]] = {}

Task = TypeVar("Task", bound=Callable[..., None])


def send(task: str, *, delay: timedelta | None = None, lock: str | None = None, **payload: Any) -> None:
    """Write a job for ``task``, to run after commit. ``lock`` serialises jobs that share it.

    Raise RuntimeError outside a transaction: the job would not depend on the act that asked for it.
    """
    if not connection.in_atomic_block:
        message = f"outbox.send({task!r}) outside a transaction"
        raise RuntimeError(message)
    job = _sender.configure_task(task, allow_unknown=True, lock=lock, schedule_at=now() + delay if delay else None)
    job.defer(**{key: _plain(value) for key, value in payload.items()})


def send_many(task: str, payloads: Sequence[Mapping[str, Any]]) -> None:
    """Write a job for ``task`` per payload, in one statement. In a transaction, as `send`."""
    if not connection.in_atomic_block:
        message = f"outbox.send_many({task!r}) outside a transaction"
        raise RuntimeError(message)
    job = _sender.configure_task(task, allow_unknown=True)
    job.batch_defer(*({key: _plain(value) for key, value in payload.items()} for payload in payloads))


def publish(event: Any) -> None:
    """Send one job per subscriber of this event (a frozen dataclass)."""
    payload = {field.name: getattr(event, field.name) for field in dataclasses.fields(event)}
    for task in _subscribers.get(type(event), ()):
        send(task, **payload)


def connect(table: Mapping[type[Any], tuple[str, ...]]) -> None:
    """Set who listens to what. Called once, by `web.wiring`."""
    _subscribers.clear()
    _subscribers.update(table)


def task(name: str, *, attempts: int = 8) -> Callable[[Task], Task]:
    """Register a function as the task ``name``; a failure is retried with growing pauses (4 s, 16 s, … 18 h)."""

    def register(function: Task) -> Task:
        strategy = RetryStrategy(max_attempts=attempts, exponential_wait=4)
        worker_app.task(name=name, retry=strategy)(function)
        return function

    return register


def daily(name: str, *, at: str) -> Callable[[Callable[[], None]], Callable[[], None]]:
    """Register a function that runs once a day at ``HH:MM`` UTC, on one worker only."""
    hour, minute = at.split(":")
    return every(name, cron=f"{int(minute)} {int(hour)} * * *")


def every(name: str, *, cron: str) -> Callable[[Callable[[], None]], Callable[[], None]]:
    """Register a function that runs at the moments of a cron expression, in UTC, on one worker only.

    A moment missed by more than ten minutes is skipped: the function must find by itself what is due.
    """

    def register(function: Callable[[], None]) -> Callable[[], None]:
        def run(timestamp: int) -> None:  # noqa: ARG001 - given by the scheduler
            function()

        periodic = worker_app.task(name=name, queueing_lock=name)(run)
        worker_app.periodic(cron=cron)(periodic)
        return function

    return register


@dataclasses.dataclass(frozen=True, slots=True)
class JobFigures:
    """The queue at a glance: jobs by state, and when the oldest that is due was due."""

    by_state: dict[str, int]
    oldest_due: datetime | None


def job_figures() -> JobFigures:
    """Count the jobs kept. Two queries; the successful ones are not kept."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT status::text, count(*) FROM procrastinate_jobs GROUP BY status")
        by_state = dict(cursor.fetchall())
        cursor.execute(
            "SELECT min(coalesce(j.scheduled_at, e.at)) FROM procrastinate_jobs j"
            " LEFT JOIN LATERAL (SELECT min(at) AS at FROM procrastinate_events WHERE job_id = j.id) e ON true"
            " WHERE j.status = 'todo' AND (j.scheduled_at IS NULL OR j.scheduled_at <= now())"
        )
        (oldest,) = cursor.fetchone()
    return JobFigures(by_state, oldest)


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, UUID) else value
