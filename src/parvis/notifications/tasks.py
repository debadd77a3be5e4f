"""Jobs of the notifications context."""

from uuid import UUID

from parvis.core import outbox
from parvis.notifications import commands


@outbox.task("notifications.deliver", attempts=10)
def deliver(message: str) -> None:
    """Send one message."""
    commands.deliver(message=UUID(message))
