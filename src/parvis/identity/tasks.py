"""Jobs of the identity context."""

from uuid import UUID

from parvis.core import outbox
from parvis.identity import retention
from parvis.identity.provider import notices


@outbox.task("identity.tell_logout")
def tell_logout(notice: str) -> None:
    """Tell one client that a session ended; tried again until it answers."""
    notices.send(notice=UUID(notice))


@outbox.daily("identity.purge", at="03:17")
def purge() -> None:
    """Remove what has outlived its use."""
    retention.purge()
