"""Jobs of the exchange context."""

from uuid import UUID

from parvis.core import outbox
from parvis.exchange import commands


@outbox.daily("exchange.purge", at="02:41")
def purge() -> None:
    """Remove what has outlived its retention."""
    commands.purge()


@outbox.task("exchange.alert_recipients")
def alert_recipients(folder: str) -> None:
    """Tell a folder's recipients by mail."""
    commands.alert_recipients(folder=UUID(folder))
