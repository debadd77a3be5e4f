"""UUIDv7 keys (RFC 9562 §5.7): sortable by creation time, so indexes stay dense.

PostgreSQL 15 has no ``uuidv7()``; making ids in Python keeps one code path for every supported server.
"""

import os
import threading
import time
from uuid import UUID

_lock = threading.Lock()
_last_ms = 0
_counter = 0


def new_id() -> UUID:
    """Return a fresh UUIDv7, strictly increasing within this process (12-bit counter, RFC 9562 §6.2 method 1)."""
    global _last_ms, _counter  # noqa: PLW0603 - the monotonic counter is the process's one clock state
    with _lock:
        now = time.time_ns() // 1_000_000
        if now > _last_ms:
            _last_ms = now
            _counter = int.from_bytes(os.urandom(2)) & 0x7FF  # start low: room to count within the millisecond
        else:
            _counter += 1
            if _counter > 0xFFF:  # noqa: PLR2004 - 12 bits
                _last_ms += 1
                _counter = 0
        stamp, count = _last_ms, _counter
    tail = int.from_bytes(os.urandom(8)) & 0x3FFF_FFFF_FFFF_FFFF
    return UUID(int=(stamp << 80) | (0x7 << 76) | (count << 64) | (0b10 << 62) | tail)
