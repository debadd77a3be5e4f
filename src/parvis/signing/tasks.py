"""Jobs of the signing context."""

from uuid import UUID

from parvis.core import outbox
from parvis.signing import commands


@outbox.task("signing.sign_batch", attempts=12)
def sign_batch(batch: str) -> None:
    """Sign what remains of a confirmed batch."""
    commands.sign_batch(batch_id=UUID(batch))


@outbox.task("signing.keep_evidence")
def keep_evidence() -> None:
    """Make the evidence records of finished batches."""
    commands.keep_evidence()


@outbox.task("signing.stamp_checkpoint")
def stamp_checkpoint(size: int) -> None:
    """Timestamp the journal's checkpoint of the day."""
    commands.stamp_checkpoint(size=size)


@outbox.daily("signing.renew_evidence", at="02:17")
def renew_evidence() -> None:
    """Make those that could not be made, and renew those that grow old."""
    commands.keep_evidence()


@outbox.every("signing.forget_old_lists", cron="*/10 * * * *")
def forget_old_lists() -> None:
    """Give up the lists that nobody confirmed in time."""
    commands.forget_old_lists()


@outbox.daily("signing.remind_officers", at="06:11")
def remind_officers() -> None:
    """Write to officers who have documents waiting."""
    commands.remind_officers()


@outbox.daily("signing.remind_certificates", at="06:23")
def remind_certificates() -> None:
    """Write about certificates that end soon."""
    commands.remind_certificates()


@outbox.every("signing.fetch_revocation_lists", cron="41 * * * *")
def fetch_revocation_lists() -> None:
    """Refresh revocation lists, when the installation asks for it."""
    commands.fetch_revocation_lists()
