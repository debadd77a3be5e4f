"""The server's processes, as /proc shows them.

The file postmaster.pid is not believed: after a crash its number may belong to anybody, or the file may be cut
short. A PostgreSQL of this cluster is a process whose program is `postgres` and whose current directory is the
cluster; both are facts the kernel keeps.
"""

import ctypes
import os
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

_PR_SET_PDEATHSIG = 1
_ORPHAN_PATIENCE = 5.0
_STOP_PATIENCE = 120.0


def die_with_parent(signal_number: int, parent: int) -> None:
    """Ask the kernel to send us a signal when our parent dies. Call it after any change of user, which cancels it."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_PR_SET_PDEATHSIG, signal_number, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl")
    if os.getppid() != parent:
        # The parent died before the kernel knew our wish.
        os.kill(os.getpid(), signal_number)


def servers_in(cluster: Path) -> dict[int, bool]:
    """Return the PostgreSQL processes of a cluster; the value tells a postmaster from one of its children."""
    try:
        home = cluster.stat()
    except FileNotFoundError:
        return {}
    found: dict[int, bool] = {}
    for entry in os.listdir("/proc"):  # noqa: PTH208 - thousands of entries: no Path for each
        if entry.isdigit():
            with suppress(OSError):
                postmaster = _belongs(entry, home)
                if postmaster is not None:
                    found[int(entry)] = postmaster
    return found


def _belongs(pid: str, home: os.stat_result) -> bool | None:
    program = os.path.basename(os.readlink(f"/proc/{pid}/exe"))  # noqa: PTH115, PTH119 - hot loop
    if not program.startswith("postgres"):
        return None
    place = os.stat(f"/proc/{pid}/cwd")  # noqa: PTH116 - hot loop
    if (place.st_dev, place.st_ino) != (home.st_dev, home.st_ino):
        return None
    with open(f"/proc/{pid}/cmdline", "rb") as line:  # noqa: PTH123 - hot loop
        # Children rewrite their title: "postgres: checkpointer".
        return not line.read().startswith(b"postgres: ")


def stop_leftovers(cluster: Path, tell: Callable[[str], object]) -> None:
    """End every server process that a dead keeper left in this cluster. Only the holder of the keeper's lock may.

    A postmaster gets a clean stop and time for it; children without a postmaster have nothing left to save.
    """
    start = time.monotonic()
    asked: set[tuple[int, int]] = set()
    while living := servers_in(cluster):
        waited = time.monotonic() - start
        for pid, postmaster in living.items():
            wish = _wish(postmaster=postmaster, alone=not any(living.values()), waited=waited)
            if wish and (pid, wish) not in asked:
                asked.add((pid, wish))
                tell(f"leftover server process {pid}: {wish.name}")
                with suppress(ProcessLookupError):
                    os.kill(pid, wish)
        time.sleep(0.02)


def _wish(*, postmaster: bool, alone: bool, waited: float) -> signal.Signals | None:
    if postmaster:
        return signal.SIGINT if waited < _STOP_PATIENCE else signal.SIGKILL
    if not alone:
        return None  # its postmaster will see to it
    return signal.SIGQUIT if waited < _ORPHAN_PATIENCE else signal.SIGKILL
