"""A site in a folder: one read-only file an object, linked to its name only once it is whole and on disk."""

import hashlib
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from parvis.core.ids import new_id
from parvis.preservation.store import immutable
from parvis.preservation.store.site import DamagedError, MissingError

_CHUNK = 1024 * 1024
_NAME_DIGITS = 64
_READ_ONLY = 0o444
_DURABLE_AT_ONCE = 16


class FolderSite:
    """Objects in ``root/objects/ab/cdef…``, chains in ``root/chains/NAME/000001-…``. Made when it is first used."""

    def __init__(self, root: Path, name: str) -> None:
        self.root, self.name = root, name

    def put(self, objects: Mapping[bytes, bytes]) -> None:
        """Keep objects: written aside, synced, linked to their names, names synced."""
        absent = {name: data for name, data in objects.items() if not self.has(name)}
        if not absent:
            return
        incoming = self._folder("incoming")
        # Beyond a few files one sync of the file system costs less than one sync a file.
        together = len(absent) > _DURABLE_AT_ONCE
        written = {name: _write(incoming / new_id().hex, data, sync=not together) for name, data in absent.items()}
        if together:
            os.sync()
        for name, path in written.items():
            self._adopt(path, name)
        if together:
            os.sync()
        else:
            for parent in {self._path(name).parent for name in absent}:
                _sync_folder(parent)

    def put_stream(self, source: BinaryIO) -> bytes:
        """Keep a stream; its name is known when it has been read."""
        path = self._folder("incoming") / new_id().hex
        try:
            name = _copy(source, path)
            self._adopt(path, name)
        finally:
            path.unlink(missing_ok=True)
        _sync_folder(self._path(name).parent)
        return name

    def open(self, name: bytes) -> BinaryIO:
        """Open an object's file."""
        try:
            return self._path(name).open("rb")
        except FileNotFoundError:
            raise MissingError(name.hex()) from None

    def read(self, name: bytes) -> bytes:
        """Return an object's bytes."""
        with self.open(name) as source:
            return source.read()

    def has(self, name: bytes) -> bool:
        """Tell whether the file is there."""
        return self._path(name).exists()

    def names(self, after: bytes = b"") -> Iterator[bytes]:
        """Read the folders in order; a file that is no object is passed over."""
        start = after.hex()
        objects = self.root / "objects"
        for folder in _listed(objects):
            if folder < start[:2] or len(folder) != 2:  # noqa: PLR2004 - two digits
                continue
            for rest in _listed(objects / folder):
                text = folder + rest
                if text > start and len(text) == _NAME_DIGITS:
                    yield bytes.fromhex(text)

    def heal(self, name: bytes, source: BinaryIO) -> None:
        """Write the good bytes aside, check them, keep the damaged file, take its place at once."""
        path = self._folder("incoming") / new_id().hex
        target = self._path(name)
        try:
            if _copy(source, path) != name:
                raise DamagedError(name.hex())
            path.chmod(_READ_ONLY)
            target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            if target.exists():
                immutable.release(target)
                (self._folder("damaged") / f"{name.hex()}-{new_id().hex[:12]}").hardlink_to(target)
            path.replace(target)
            immutable.hold(target)
        finally:
            path.unlink(missing_ok=True)
        _sync_folder(target.parent)

    def mark(self, chain: str, number: int, name: bytes) -> None:
        """An empty file whose name says all: it is there or it is not, never half."""
        folder = self._folder("chains") / chain
        folder.mkdir(exist_ok=True, mode=0o700)
        path = folder / f"{number:06}-{name.hex()}"
        if not path.exists():
            os.close(os.open(path, os.O_WRONLY | os.O_CREAT, _READ_ONLY))
            _sync_folder(folder)
            _sync_folder(folder.parent)

    def chains(self) -> list[str]:
        """Return the folders of chains."""
        return _listed(self.root / "chains")

    def links(self, chain: str) -> list[tuple[int, bytes]]:
        """Read the names of the marks."""
        found = [name.partition("-") for name in _listed(self.root / "chains" / chain)]
        return sorted((int(number), bytes.fromhex(digits)) for number, _, digits in found)

    def sweep(self, older_than: float) -> int:
        """Remove files that arrived before this instant and never became objects (a crash). Return how many."""
        stale = [path for path in self._folder("incoming").iterdir() if path.stat().st_mtime < older_than]
        for path in stale:
            path.unlink(missing_ok=True)
        return len(stale)

    def free_bytes(self) -> int:
        """Return the room left."""
        return shutil.disk_usage(self._folder("objects")).free

    def _path(self, name: bytes) -> Path:
        digits = name.hex()
        return self.root / "objects" / digits[:2] / digits[2:]

    def _folder(self, name: str) -> Path:
        folder = self.root / name
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return folder

    def _adopt(self, path: Path, name: bytes) -> None:
        """Give a whole file its name. ``link`` refuses a name already taken: nothing is ever written over."""
        target = self._path(name)
        path.chmod(_READ_ONLY)
        with suppress(FileExistsError):  # the same bytes, kept before
            _link(path, target)
        path.unlink()
        immutable.hold(target)  # last: none of the names of a held file can be removed


def _listed(folder: Path) -> list[str]:
    # Names alone: with a million files, a Path for each costs more than the listing.
    return sorted(os.listdir(folder)) if folder.is_dir() else []  # noqa: PTH208 - see above


def _link(path: Path, target: Path) -> None:
    try:
        target.hardlink_to(path)
    except FileNotFoundError:
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        _sync_folder(target.parent.parent)
        target.hardlink_to(path)


def _write(path: Path, data: bytes, *, sync: bool) -> Path:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as out:
        out.write(data)
        if sync:
            out.flush()
            os.fsync(out.fileno())
    return path


def _copy(source: BinaryIO, path: Path) -> bytes:
    """Copy a stream to a new file, synced, and return the SHA-256 of what was written."""
    digest = hashlib.sha256()
    with path.open("xb") as out:
        while chunk := source.read(_CHUNK):
            digest.update(chunk)
            out.write(chunk)
        out.flush()
        os.fsync(out.fileno())
    return digest.digest()


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
