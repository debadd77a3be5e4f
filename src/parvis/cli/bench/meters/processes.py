"""Processor time and memory of other processes, read from /proc (Linux)."""

import os
from contextlib import suppress
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")
_PROC = Path("/proc")


def family(pid: int) -> set[int]:
    """Return a process and all its living descendants."""
    parents: dict[int, int] = {}
    for entry in _PROC.iterdir():
        if entry.name.isdigit():
            with suppress(OSError):
                parents[int(entry.name)] = int(_fields(int(entry.name))[1])
    found = {pid}
    while more := {child for child, parent in parents.items() if parent in found} - found:
        found |= more
    return found


def cpu_seconds(pids: set[int]) -> float:
    """Return the processor time that these processes have used since their start, user and system, all threads.

    Exact to a hundredth of a second: compare two readings far enough apart. One that has ended counts for nothing.
    """
    total = 0
    for pid in pids:
        with suppress(OSError):
            total += sum(map(int, _fields(pid)[11:13]))
    return total / _TICKS


def peak_mebibytes(pid: int) -> float:
    """Return the most physical memory that a process ever held (VmHWM), 0 when it has ended."""
    with suppress(OSError):
        for line in (_PROC / str(pid) / "status").read_text(encoding="utf-8").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 1024
    return 0.0


def _fields(pid: int) -> list[str]:
    """The fields of /proc/PID/stat that follow the name, which may hold spaces. The first is the state."""
    return (_PROC / str(pid) / "stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
