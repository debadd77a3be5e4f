"""The daily timestamp of the journal: asked for by an event, since signing knows the authorities, and kept here."""

import hashlib
from datetime import timedelta

from django.db import IntegrityError, transaction

from parvis.core import outbox
from parvis.core.actor import SYSTEM
from parvis.core.clock import now
from parvis.core.errors import ConflictError
from parvis.ledger.commands.recording import record
from parvis.ledger.events import CheckpointToDate
from parvis.ledger.models import Checkpoint, Stamp
from parvis.ledger.queries.dating import stamp_wanted
from parvis.ledger.standalone import timetokens
from parvis.ledger.standalone.timetokens import BadTimeTokenError

A_DAY = timedelta(hours=23)
"""After this the next one is due: asked every ten minutes, it comes before a day has passed."""


def ask_for_stamp() -> bool:
    """Publish that a checkpoint is to be dated, when a day has passed and something is new. Return whether it was.

    While every authority is down, it is asked for again: nothing is lost, and the chain is never cut.
    """
    last = Stamp.objects.select_related("checkpoint").order_by("-checkpoint_id").first()
    newest = Checkpoint.objects.order_by("-size").first()
    if newest is None or (last and (last.at > now() - A_DAY or last.checkpoint_id == newest.size)):
        return False
    with transaction.atomic():
        outbox.publish(CheckpointToDate(newest.size))
    return True


def keep_stamp(*, size: int, token: bytes) -> None:
    """Keep the timestamp of a checkpoint. Raise ConflictError when it covers something else, or is not wanted now."""
    wanted = stamp_wanted(size)
    if wanted is None:
        raise ConflictError("stamp_not_wanted", "Ce point de contrôle est déjà horodaté, ou un plus récent l’est.")
    try:
        read = timetokens.read_time_token(token)
        read.check_covers(hashlib.new(read.algorithm, wanted.text).digest())
    except BadTimeTokenError as error:
        raise ConflictError("stamp_forged", "Cet horodatage ne couvre pas ce point de contrôle.") from error
    try:
        with transaction.atomic():
            Stamp.objects.create(checkpoint_id=size, token=token, previous=wanted.previous, at=read.at)
            record(actor=SYSTEM, action="ledger.checkpoint_dated", subject=f"checkpoint:{size}")
    except IntegrityError as error:  # of two at once, the database lets one follow the last: `stamp_follows_one`
        raise ConflictError(
            "stamp_not_wanted", "Ce point de contrôle est déjà horodaté, ou un plus récent l’est."
        ) from error
