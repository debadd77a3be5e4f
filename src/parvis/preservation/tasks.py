"""Jobs of the preservation context."""

import time
from uuid import UUID

from parvis.core import outbox
from parvis.preservation import commands
from parvis.preservation.commands.deposits import SOURCE
from parvis.preservation.enums import SiteName
from parvis.preservation.store import sites

_NIGHT_BYTES_A_SECOND = 80 * 1024 * 1024
_NIGHT_SECONDS = 3600
_DAY_SECONDS = 24 * 3600


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


@outbox.every("preservation.replicate", cron="*/15 * * * *")
def replicate() -> None:
    """Bring the replica up to date, if there is one."""
    if sites.replica() is not None:
        commands.replicate()


@outbox.daily("preservation.scrub", at="01:23")
def scrub() -> None:
    """Read on for an hour a site, at half the speed of an ordinary disk; a site is begun again when it is done."""
    commands.repair_known()
    for site in SiteName:
        commands.scrub(site=site, most_bytes_a_second=_NIGHT_BYTES_A_SECOND, most_seconds=_NIGHT_SECONDS)


@outbox.daily("preservation.sweep", at="03:41")
def sweep() -> None:
    """Remove what arrived on a site a day ago and never became an object."""
    for site in (sites.primary(), sites.replica()):
        if site is not None:
            site.sweep(time.time() - _DAY_SECONDS)
