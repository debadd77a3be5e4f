"""What the keeper says about itself, for clients to read."""

import json
import os
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from parvis.core.embedded import paths
from parvis.core.embedded.locks import keeper_lock

Phase = Literal["absent", "stopped", "initialising", "starting", "ready", "stopping", "failed"]


@dataclass(frozen=True, slots=True)
class Status:
    """The server as seen from outside. ``keeper`` and ``server`` are process numbers, 0 when there is none."""

    phase: Phase
    keeper: int = 0
    server: int = 0
    message: str = ""


def _file(data_dir: Path) -> Path:
    return paths.control_dir(data_dir) / "state.json"


def write(data_dir: Path, state: Status) -> None:
    """Publish a state in one step: a reader sees the old one or the new one, never half of it."""
    file = _file(data_dir)
    draft = file.with_suffix(".draft")
    draft.write_text(json.dumps(asdict(state)), encoding="utf-8")
    owner = paths.control_dir(data_dir).stat()
    if os.getuid() == 0 and owner.st_uid != 0:
        os.chown(draft, owner.st_uid, owner.st_gid)
    draft.replace(file)


def read(data_dir: Path) -> Status | None:
    """Return the last published state, None when there is none. It may be that of a keeper now dead."""
    try:
        return Status(**json.loads(_file(data_dir).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def clear(data_dir: Path) -> None:
    """Forget the last state."""
    with suppress(FileNotFoundError):
        _file(data_dir).unlink()


def keeper_alive(data_dir: Path) -> bool:
    """Tell whether a keeper holds its lock. Says nothing of how well its server is."""
    control = paths.control_dir(data_dir)
    if not (control / "keeper.lock").exists():
        return False
    lock = keeper_lock(control)
    try:
        # A shared try: probes do not disturb each other, and a keeper that starts just now tries again.
        return not lock.try_share()
    finally:
        lock.close()


def status(data_dir: Path) -> Status:
    """Return the truth about the server, without starting anything."""
    if keeper_alive(data_dir):
        return read(data_dir) or Status("starting")
    last = read(data_dir)
    if last and last.phase == "failed":
        return Status("failed", message=last.message)
    return Status("stopped" if (paths.cluster_dir(data_dir) / "PG_VERSION").exists() else "absent")
