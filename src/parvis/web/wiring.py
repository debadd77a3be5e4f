"""Who listens to what: the one table that ties low contexts' events to high contexts' tasks."""

from typing import Any

from parvis.access import queries as access
from parvis.core import outbox, tenancy
from parvis.exchange.events import CaseMoved, FolderExpired
from parvis.ledger.events import CheckpointToDate
from parvis.signing.events import ItemEnded, ItemSigned

TABLE: dict[type[Any], tuple[str, ...]] = {
    CaseMoved: ("teleservices.tell_applicant",),
    CheckpointToDate: ("signing.stamp_checkpoint",),
    FolderExpired: ("teleservices.release_folder",),
    ItemEnded: ("exchange.end_reply", "preservation.item_ended"),
    ItemSigned: ("exchange.deliver_reply", "preservation.item_signed"),
}


def connect() -> None:
    """Give the table to the outbox, and how a principal enters to the database's second lock."""
    outbox.connect(TABLE)
    tenancy.enter_by(access.enter)
