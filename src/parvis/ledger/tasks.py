"""The sequencer's loop, run by the worker process in a thread, and the journal's jobs."""

import logging
import threading
from uuid import UUID

from django.db import Error, connection

from parvis.core import outbox
from parvis.ledger import commands

logger = logging.getLogger(__name__)


def run_sequencer(stop: threading.Event, interval: float = 1.0) -> None:
    """Sequence every ``interval`` seconds until ``stop`` is set, and send for the witnesses that have more to see.

    Outlives database failures and a broken tree. A full batch is followed by the next one without waiting.
    """
    while not stop.is_set():
        try:
            done = commands.sequence()
            commands.wake_witnesses()
        except Error:
            logger.exception("ledger_sequencer_database_error")
            connection.close()
            done = 0
        except commands.BrokenTreeError:
            logger.critical("ledger_broken_tree", exc_info=True)
            done = 0
        if done < commands.BATCH:
            stop.wait(interval)
    connection.close()


@outbox.task("ledger.ask_witness", attempts=1)
def ask_witness(witness: str) -> None:
    """Have a witness cosign the last checkpoint. Its own pauses decide of another try."""
    commands.ask_witness(witness_id=UUID(witness))


@outbox.every("ledger.ask_for_stamp", cron="*/10 * * * *")
def ask_for_stamp() -> None:
    """Have the day's checkpoint timestamped, once a day, again while no authority answers."""
    commands.ask_for_stamp()
