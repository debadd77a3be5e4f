"""One case on disk: ``case.json``, ``documents/``, and a folder an event that brought documents."""

import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from parvis.client import Attachment, Case, Client, Event
from parvis.client.transfers import sync_directory
from parvis.core.text import safe_file_name

DESCRIPTION = "case.json"
UNFINISHED = ".part"
MOST_BYTES = 200  # of a name: file systems take 255, and ``.part`` is added while it comes


def place_of(root: Path, case: Case) -> Path:
    """Return where a case goes. Two depositors may use the same number: the second case gets its id as well."""
    place = root / safe_name(case.process) / safe_name(case.external_id)
    if not place.exists() or _case_in(place) == str(case.id):
        return place
    return place.with_name(f"{place.name}~{case.id}")


def _case_in(place: Path) -> str:
    try:
        return str(json.loads((place / DESCRIPTION).read_text())["id"])
    except (OSError, ValueError, KeyError):
        return ""


def fill(client: Client, folder: Path, case: Case, events: list[Event]) -> int:
    """Write what is not there yet, durably, the description last. Return how many documents the case has.

    A document that has its final name was checked before it got it: it is not fetched again.
    """
    files = _documents(client, folder, Path("documents"), case.attachments)
    for event in events:
        files += _documents(client, folder, Path("events") / str(event.id), event.attachments)
    described = case.raw | {"events": [event.raw for event in events], "files": files}
    draft = folder / f".{DESCRIPTION}"
    with draft.open("w", encoding="utf-8") as out:
        json.dump(described, out, ensure_ascii=False, indent=1)
        out.flush()
        os.fsync(out.fileno())
    draft.replace(folder / DESCRIPTION)
    sync_directory(folder)
    return len(files)


def _documents(client: Client, folder: Path, below: Path, attachments: Iterable[Attachment]) -> list[dict[str, Any]]:
    """Fetch documents into a sub-folder, and say which file each one is."""
    files: list[dict[str, Any]] = []
    taken: set[str] = set()
    for one in attachments:
        name = _free(safe_name(one.name), taken)
        target = folder / below / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if not target.exists():
            client.download(one.id, target)
        files.append({"id": str(one.id), "type": one.type, "file": str(below / name)})
    if taken:
        for place in (folder / below, (folder / below).parent, folder):
            sync_directory(place)
    return files


def _free(name: str, taken: set[str]) -> str:
    """Return the name, numbered when another document of the same case has it; capitals do not make a difference."""
    stem, suffix = Path(name).stem, Path(name).suffix
    free, number = name, 1
    while free.casefold() in taken:
        number += 1
        free = f"{stem}-{number}{suffix}"
    taken.add(free.casefold())
    return free


def safe_name(text: str) -> str:
    """Return a name that every file system takes and that cannot leave its folder."""
    name = safe_file_name(text)
    if name.endswith(UNFINISHED):
        name += "_"
    if len(name.encode()) <= MOST_BYTES:
        return name
    stem, suffix = Path(name).stem, Path(name).suffix
    suffix = suffix if len(suffix.encode()) <= 20 else ""  # noqa: PLR2004 - longer than any real one
    return stem.encode()[: MOST_BYTES - len(suffix.encode())].decode(errors="ignore") + suffix
