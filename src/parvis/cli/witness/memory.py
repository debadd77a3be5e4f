"""What a witness remembers: the last checkpoint it cosigned of each log, in a file a log, written before it answers."""

import contextlib
import fcntl
import hashlib
import json
import os
from collections.abc import Iterator
from pathlib import Path

from parvis.core.tlog.witnessing import Seen


class LostMemoryError(RuntimeError):
    """The file of a log is damaged: nothing is signed for that log, since what was signed before is not known."""


class Memory:
    """The files of a folder. Safe between threads and between processes: a log is locked while it is looked at."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    @contextlib.contextmanager
    def of(self, origin: str) -> Iterator["Slot"]:
        """Hold the memory of one log: nobody else reads or writes it meanwhile."""
        file = self._folder / f"{hashlib.sha256(origin.encode()).hexdigest()}.json"
        with file.with_suffix(".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield Slot(file, origin)

    def all(self) -> list[Seen]:
        """Return every log remembered, by name. Raise LostMemoryError when a file is damaged."""
        found = [_read(file, None) for file in self._folder.glob("*.json")]
        return sorted((seen for seen in found if seen), key=lambda seen: seen.origin)


class Slot:
    """The memory of one log, held."""

    def __init__(self, file: Path, origin: str) -> None:
        self._file = file
        self._origin = origin

    def seen(self) -> Seen | None:
        """Return the last checkpoint cosigned, None before the first. Raise LostMemoryError when it is damaged."""
        return _read(self._file, self._origin)

    def keep(self, seen: Seen) -> None:
        """Remember a checkpoint: on the disk when this returns, whole or not at all."""
        record = {"origin": seen.origin, "size": seen.size, "root": seen.root.hex(), "note": seen.note}
        text = json.dumps(record | {"sha256": _sum(record)}, ensure_ascii=False, indent=1)
        fresh = self._file.with_suffix(f".{os.getpid()}.new")
        with fresh.open("w", encoding="utf-8") as out:
            out.write(text)
            out.flush()
            os.fsync(out.fileno())
        fresh.replace(self._file)
        folder = os.open(self._file.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _read(file: Path, origin: str | None) -> Seen | None:
    try:
        record = json.loads(file.read_text(encoding="utf-8"))
        said = record.pop("sha256")
        seen = Seen(str(record["origin"]), int(record["size"]), bytes.fromhex(record["root"]), str(record["note"]))
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise LostMemoryError(str(file)) from error
    if said != _sum(record) or origin not in (None, seen.origin):
        raise LostMemoryError(str(file))
    return seen


def _sum(record: dict[str, object]) -> str:
    return hashlib.sha256(json.dumps(record, sort_keys=True).encode()).hexdigest()
