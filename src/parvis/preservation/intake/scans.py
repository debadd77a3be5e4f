"""The scans: a folder, or a zip archive. Nothing outside is read, whatever a name says; nothing swells without end."""

import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from parvis.core.errors import DomainError

MOST_BYTES = 60 * 1024 * 1024
"""A page of a register, the largest."""
_MOST_FILES = 500_000
_MOST_RATIO = 200
"""Scans are compressed already: an archive that shrinks them more than this is a trap."""


class Scans(Protocol):
    """Where the scans named by the sheet are."""

    def read(self, name: str) -> bytes | None:
        """Return a scan, None when there is none of this name. Raise DomainError for one that cannot be taken."""


class Nothing:
    """No scans were given."""

    def read(self, name: str) -> bytes | None:  # noqa: ARG002 - there are none
        """There is none."""
        return None


class FolderScans:
    """Files of a folder and of those below; a link that leaves the folder is not followed."""

    def __init__(self, root: Path) -> None:
        self._root = root.resolve()

    def read(self, name: str) -> bytes | None:
        """Read one file."""
        path = (self._root / name).resolve()
        if not path.is_relative_to(self._root) or not path.is_file():
            return None
        if path.stat().st_size > MOST_BYTES:
            raise _too_large(name)
        return path.read_bytes()


class ZipScans:
    """Members of a zip archive. Raise DomainError when it is not one, or is a trap."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        members = archive.infolist()
        if len(members) > _MOST_FILES:
            raise DomainError("zip_too_many", "Cette archive contient trop de fichiers. Envoyez un registre à la fois.")
        for one in members:
            _check_member(one)
        self._members = {one.filename: one for one in members if not one.is_dir()}

    def read(self, name: str) -> bytes | None:
        """Read one member, never more than it says."""
        member = self._members.get(name)
        if member is None:
            return None
        try:
            with self._archive.open(member) as source:
                data = source.read(MOST_BYTES + 1)
        except (zipfile.BadZipFile, OSError, EOFError, RuntimeError) as error:
            raise DomainError(
                "zip_damaged", "Le fichier « %(name)s » de l’archive est abîmé.", params={"name": name}
            ) from error
        if len(data) > MOST_BYTES:
            raise _too_large(name)
        return data


def _check_member(one: zipfile.ZipInfo) -> None:
    parts = one.filename.replace("\\", "/").split("/")
    if one.filename.startswith("/") or ".." in parts or ":" in parts[0]:
        raise DomainError(
            "zip_path", "L’archive contient un chemin dangereux : « %(name)s ».", params={"name": one.filename[:80]}
        )
    if one.flag_bits & 1:
        raise DomainError("zip_encrypted", "Cette archive est protégée par un mot de passe. Envoyez-la sans.")
    if one.file_size > MOST_BYTES:
        raise _too_large(one.filename)
    if one.file_size > _MOST_RATIO * max(one.compress_size, 1024):
        raise DomainError(
            "zip_bomb",
            "Le fichier « %(name)s » de l’archive grossit trop en se décompressant : ce n’est pas un scan.",
            params={"name": one.filename[:80]},
        )


def _too_large(name: str) -> DomainError:
    return DomainError(
        "scan_too_large",
        "Le scan « %(name)s » dépasse %(most)s Mo. Numérisez la page avec une résolution plus faible.",
        params={"name": name[:80], "most": MOST_BYTES // 1024**2},
    )


@contextmanager
def opened(path: Path | None) -> Iterator[Scans]:
    """Open a folder, an archive or nothing. Raise DomainError when it is none of them."""
    if path is None:
        yield Nothing()
    elif path.is_dir():
        yield FolderScans(path)
    elif path.is_file() and zipfile.is_zipfile(path):
        try:
            archive = zipfile.ZipFile(path)
        except zipfile.BadZipFile as error:
            raise _not_scans() from error
        with archive:
            yield ZipScans(archive)
    else:
        raise _not_scans()


def _not_scans() -> DomainError:
    return DomainError("scans_unreadable", "Les scans sont un dossier ou une archive zip entière.")
