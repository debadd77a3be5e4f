"""The file system's own lock on an object (``chattr +i``), where it is wanted and allowed.

``PARVIS_PRESERVATION_IMMUTABLE=1`` asks for it: the process then needs CAP_LINUX_IMMUTABLE, and a file system that has
the flag (ext4, XFS, Btrfs). Refused, the object is kept all the same, read-only: `held` tells the doctor.
"""

import fcntl
import os
import struct
from contextlib import suppress
from pathlib import Path

from parvis.core import env

_GET, _SET = 0x80086601, 0x40086602  # FS_IOC_GETFLAGS, FS_IOC_SETFLAGS (linux/fs.h)
_IMMUTABLE = 0x10


def wanted() -> bool:
    """Whether the operator asks for the flag."""
    return env.flag("PARVIS_PRESERVATION_IMMUTABLE")


def hold(path: Path) -> None:
    """Set the flag if it is wanted and allowed."""
    if wanted():
        with suppress(OSError):
            _change(path, add=True)


def release(path: Path) -> None:
    """Lift the flag, before a damaged file gives its place."""
    if wanted():
        with suppress(OSError):
            _change(path, add=False)


def held(path: Path) -> bool:
    """Tell whether a file has the flag."""
    try:
        return bool(_flags(path) & _IMMUTABLE)
    except OSError:
        return False


def _flags(path: Path) -> int:
    handle = os.open(path, os.O_RDONLY)
    try:
        return int(struct.unpack("i", fcntl.ioctl(handle, _GET, struct.pack("i", 0)))[0])
    finally:
        os.close(handle)


def _change(path: Path, *, add: bool) -> None:
    flags = _flags(path)
    handle = os.open(path, os.O_RDONLY)
    try:
        fcntl.ioctl(handle, _SET, struct.pack("i", flags | _IMMUTABLE if add else flags & ~_IMMUTABLE))
    finally:
        os.close(handle)
