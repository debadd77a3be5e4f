"""Reads of the notifications context."""

from parvis.notifications.enums import MessageState
from parvis.notifications.models import Message


def counts_by_state() -> dict[str, int]:
    """Return how many messages are queued, sent and failed."""
    return {state: Message.objects.filter(state=state).count() for state in MessageState.values}
