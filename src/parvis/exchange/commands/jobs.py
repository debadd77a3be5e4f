"""What the operator does with jobs that failed at every attempt."""

from collections.abc import Collection

from django.db import transaction

from parvis.core import failed_jobs
from parvis.core.actor import Actor
from parvis.exchange.commands.subscriptions import require_platform
from parvis.ledger import commands as ledger


def retry_jobs(*, jobs: Collection[int], actor: Actor) -> int:
    """Let failed jobs run once more, and return how many did fail before. Twice changes nothing. Operators only."""
    require_platform(actor)
    with transaction.atomic(durable=True):
        done = failed_jobs.put_back(jobs)
        _journal("jobs.retried", done, actor)
    return len(done)


def drop_jobs(*, jobs: Collection[int], actor: Actor) -> int:
    """Give failed jobs up: what they would have done will not be done. Return how many. Operators only."""
    require_platform(actor)
    with transaction.atomic(durable=True):
        done = failed_jobs.drop(jobs)
        _journal("jobs.dropped", done, actor)
    return len(done)


def _journal(action: str, done: list[tuple[int, str]], actor: Actor) -> None:
    if done:
        numbers, tasks = [number for number, _ in done], sorted({task for _, task in done})
        ledger.record(actor=actor, action=action, subject="jobs:failed", details={"jobs": numbers, "tasks": tasks})
