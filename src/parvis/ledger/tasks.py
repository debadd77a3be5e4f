"""The sequencer's loop, run by the worker process in a thread."""

import logging
import threading

from django.db import Error, connection

from parvis.ledger import commands

logger = logging.getLogger(__name__)


def run_sequencer(stop: threading.Event, interval: float = 1.0) -> None:
    """Sequence every ``interval`` seconds until ``stop`` is set. Outlives database failures and a broken tree.

    A full batch is followed by the next one without waiting.
    """
    while not stop.is_set():
        try:
            done = commands.sequence()
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
