"""Jobs of the teleservices context."""

from uuid import UUID

from parvis.core import outbox
from parvis.teleservices import commands


@outbox.task("teleservices.finish_deposit")
def finish_deposit(request: str) -> None:
    """Add the PDF summary and tell the town hall."""
    commands.finish_deposit(request_id=UUID(request))


@outbox.task("teleservices.release_folder")
def release_folder(folder: str) -> None:
    """Let an expired folder go."""
    commands.release_folder(folder_id=UUID(folder))


@outbox.task("teleservices.tell_applicant")
def tell_applicant(case: str, folder: str, event: str, status: str, correction: bool = False) -> None:  # noqa: ARG001, FBT001, FBT002 - the event's fields
    """Tell the citizen that their request moved, or that the last move was a mistake."""
    commands.tell_applicant(folder=UUID(folder), status=status, correction=correction)
