"""Answers kept for requests that may come again."""

from datetime import timedelta

from parvis.core.clock import now
from parvis.exchange.models import IdempotentAnswer

KEPT_FOR = timedelta(hours=48)


def forget_answers(*, older_than: timedelta = KEPT_FOR) -> int:
    """Remove the answers kept for longer than a client tries again."""
    return IdempotentAnswer.objects.filter(created_at__lt=now() - older_than).delete()[0]
