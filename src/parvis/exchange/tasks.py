"""Jobs of the exchange context."""

from typing import Any
from uuid import UUID

from parvis.core import outbox
from parvis.core.actor import Actor
from parvis.exchange import commands, queries


@outbox.daily("exchange.purge", at="02:41")
def purge() -> None:
    """Remove what has outlived its retention."""
    commands.purge()
    commands.forget_pieces()
    commands.forget_answers()


@outbox.task("exchange.alert_recipients")
def alert_recipients(folder: str) -> None:
    """Tell a folder's recipients, by webhook first, then by mail."""
    commands.queue_webhooks(notifications=queries.notifications_of_folder(UUID(folder)))
    commands.alert_recipients(folder=UUID(folder))


@outbox.task("exchange.queue_webhooks")
def queue_webhooks(notifications: list[str]) -> None:
    """Prepare the webhooks of these notifications."""
    commands.queue_webhooks(notifications=[UUID(one) for one in notifications])


@outbox.task("exchange.send_webhook")
def send_webhook(delivery: str) -> None:
    """Try one webhook; the next try is planned by the command."""
    commands.send_webhook(delivery_id=UUID(delivery))


@outbox.every("exchange.send_digests", cron="*/5 * * * *")
def send_digests() -> None:
    """Write the digests that are due; between two slots there is nothing to find."""
    commands.send_digests()


@outbox.every("exchange.watch_lateness", cron="17 * * * *")
def watch_lateness() -> None:
    """Tell the operator, once, of cases that became late."""
    commands.watch_lateness()


@outbox.daily("exchange.watch_subscriptions", at="05:23")
def watch_subscriptions() -> None:
    """Tell both sides, once, of subscriptions that reach nobody."""
    commands.watch_subscriptions()


@outbox.task("exchange.make_replies")
def make_replies(run: str, sender: dict[str, Any]) -> None:
    """Make the answers of one gesture and submit them to the parapheur."""
    ids = {name: UUID(sender[name]) if sender[name] else None for name in ("id", "acting_for")}
    assurance = tuple(sender["assurance"])
    commands.make_replies(run=UUID(run), actor=Actor(**(sender | ids | {"assurance": assurance})))


@outbox.task("exchange.deliver_reply")
def deliver_reply(item: str, source: str, reference: str, result: str) -> None:  # noqa: ARG001 - an event's fields
    """Give a signed answer to its case. Documents of other contexts are not ours."""
    if source == commands.REPLIES:
        commands.deliver_reply(reply_id=UUID(reference), result=UUID(result))


@outbox.task("exchange.end_reply")
def end_reply(item: str, source: str, reference: str, state: str, reason: str) -> None:  # noqa: ARG001 - same
    """Tell a case that its answer will not be signed."""
    if source == commands.REPLIES:
        commands.end_reply(reply_id=UUID(reference), state=state, reason=reason)
