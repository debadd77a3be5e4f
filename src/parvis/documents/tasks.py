"""Housekeeping of the document store."""

from parvis.core import outbox
from parvis.documents import commands


@outbox.daily("documents.sweep", at="03:17")
def sweep() -> None:
    """Remove abandoned uploads."""
    commands.sweep()
