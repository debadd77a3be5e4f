"""What a timestamp over a checkpoint covers: the checkpoint, and the timestamp before it. Pure.

So that one token proves all the days before it: Vitam chains its daily timestamps in the same way (NF Z42-013).
"""

import hashlib

from parvis.core.tlog import notes

FIRST_STAMP = bytes(32)
"""What stands before the first timestamp."""


def stamped_text(note: str, previous: bytes) -> bytes:
    """Return the bytes to timestamp: the statement of a checkpoint and the SHA-256 of the token before it."""
    _, body = notes.unverified(note)
    return f"parvis-stamp/v1\nprevious {previous.hex()}\n{body}".encode()


def link_of(token: bytes) -> bytes:
    """Return what the next timestamp says of this one."""
    return hashlib.sha256(token).digest()
