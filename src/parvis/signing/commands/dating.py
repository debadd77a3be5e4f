"""Timestamp the journal's checkpoint of the day, and give the token back to the journal."""

import hashlib
import logging

from parvis.core.errors import ConflictError
from parvis.ledger import commands as ledger
from parvis.ledger import queries as journal
from parvis.signing import installation
from parvis.signing.time.client import NoTimeError

logger = logging.getLogger(__name__)


def stamp_checkpoint(*, size: int) -> bool:
    """Date a checkpoint and the chain before it; return whether it is dated now.

    When every authority is down nothing is kept: the journal asks again in ten minutes. Of two at once one is kept.
    """
    wanted = journal.stamp_wanted(size)
    if wanted is None:
        return False
    try:
        token = installation.clock().stamp(hashlib.sha256(wanted.text).digest()).encoded
        ledger.keep_stamp(size=size, token=token)
    except NoTimeError as error:
        logger.warning("journal_not_dated", extra={"size": size, "why": error.reasons})
        return False
    except ConflictError:  # another worker was faster: its timestamp is as good
        return False
    return True
