"""Advisory locks on files: the kernel drops them when their holder dies, however it dies."""

import fcntl
import os
from contextlib import suppress
from pathlib import Path


class FileLock:
    """A `flock` on a file, taken shared or alone, given back on close or death."""

    def __init__(self, path: Path, owner: os.stat_result | None = None) -> None:
        self.fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        if owner is not None and os.getuid() == 0 and os.fstat(self.fd).st_uid != owner.st_uid:
            # Root helping another account must not leave a lock that the account cannot open.
            os.fchown(self.fd, owner.st_uid, owner.st_gid)

    def share(self) -> None:
        """Wait for a shared hold."""
        fcntl.flock(self.fd, fcntl.LOCK_SH)

    def try_share(self) -> bool:
        """Take a shared hold if nobody holds it alone."""
        return self._try(fcntl.LOCK_SH)

    def try_alone(self) -> bool:
        """Take it alone if nobody holds it."""
        return self._try(fcntl.LOCK_EX)

    def release(self) -> None:
        """Give the hold back, keep the file open."""
        fcntl.flock(self.fd, fcntl.LOCK_UN)

    def close(self) -> None:
        """Give the hold back and close the file."""
        with suppress(OSError):
            os.close(self.fd)

    def _try(self, kind: int) -> bool:
        try:
            fcntl.flock(self.fd, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


def keeper_lock(control: Path, owner: os.stat_result | None = None) -> FileLock:
    """The lock the keeper holds alone for its whole life."""
    return FileLock(control / "keeper.lock", owner)


def users_lock(control: Path, owner: os.stat_result | None = None) -> FileLock:
    """The lock each client shares for its whole life; alone on it, the keeper knows that nobody is left."""
    return FileLock(control / "users.lock", owner)
