"""Where bytes live: one file a document, under its id, in a directory tree that stays shallow."""

import os
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

from django.conf import settings

from parvis.documents import vault


def incoming() -> Path:
    """The folder of files still arriving: same file system as the store, so that keeping one is a rename."""
    folder = Path(settings.DOCUMENTS_ROOT) / "incoming"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


def path_of(file_id: UUID) -> Path:
    """The path of a kept file. The last hex digits spread files evenly: UUIDv7 starts with the time."""
    name = file_id.hex
    return Path(settings.DOCUMENTS_ROOT) / name[-2:] / name


def adopt(source: Path, file_id: UUID) -> None:
    """Move an arrived file to its place, durably: the directory is synced too, or a crash could forget the name."""
    target = path_of(file_id)
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    source.rename(target)
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def remove(file_id: UUID) -> None:
    """Remove the bytes of a file. Removing what is not there changes nothing."""
    path_of(file_id).unlink(missing_ok=True)


def read(file_id: UUID) -> Iterator[bytes]:
    """Yield the bytes of a kept file. Raise FileNotFoundError at the call, not midway."""
    return vault.opened(path_of(file_id))
