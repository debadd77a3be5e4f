"""Files replaced wholly or not at all: who reads them at any moment sees the former one, or the new one."""

import os
from collections.abc import Iterable
from pathlib import Path


def replace(path: Path, chunks: Iterable[bytes]) -> int:
    """Put a file in place of the former one, on the disk before it is seen. Return its size in bytes.

    Whatever goes wrong, in the source of the bytes too, the former one stays and nothing is left beside it.
    """
    fresh = path.with_suffix(".new")
    try:
        with fresh.open("wb") as out:
            size = sum(map(out.write, chunks))
            out.flush()
            os.fsync(out.fileno())
        fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)
    return size
