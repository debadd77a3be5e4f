"""Jobs of the preservation context."""

from uuid import UUID

from parvis.core import outbox
from parvis.preservation import commands
from parvis.preservation.commands.deposits import SOURCE


@outbox.task("preservation.item_signed")
def item_signed(item: str, source: str, reference: str, result: str) -> None:  # noqa: ARG001 - the event's own fields
    """The parapheur signed a document: ours is the statement of a deposit."""
    if source == SOURCE:
        commands.statement_signed(item=UUID(item), result=UUID(result))


@outbox.task("preservation.item_ended")
def item_ended(item: str, source: str, reference: str, state: str, reason: str) -> None:  # noqa: ARG001 - same
    """The parapheur gave a document up."""
    if source == SOURCE:
        commands.statement_ended(item=UUID(item), reason=reason)


@outbox.task("preservation.make_package")
def make_package(deposit: str, author: str) -> None:
    """Make the package of a deposit."""
    commands.make_package(deposit_id=UUID(deposit), author=author)


@outbox.task("preservation.verify_deposit")
def verify_deposit(deposit: str, author: str) -> None:
    """Verify a deposit."""
    commands.verify_deposit(deposit_id=UUID(deposit), author=author)
