"""BagIt 1.0 (RFC 8493), written and read: files with SHA-256 and SHA-512 manifests, themselves under tag manifests."""

import hashlib
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Protocol

DECLARATION = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
ALGORITHMS = ("sha256", "sha512")
_CHUNK = 1024 * 1024
_ESCAPED = (("%", "%25"), ("\n", "%0A"), ("\r", "%0D"))


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a bag: a code, and the file at fault."""

    code: str
    name: str = ""


@dataclass(slots=True)
class BagWriter:
    """Write a bag into a zip archive, one file at a time, in one top folder. Nothing is compressed: scans are."""

    archive: zipfile.ZipFile
    top: str
    _digests: dict[str, tuple[str, str]] = field(default_factory=dict)
    _octets: int = 0

    def add(self, name: str, chunks: Iterable[bytes]) -> None:
        """Write one file of the payload; ``name`` is below ``data/``."""
        self._digests[f"data/{name}"] = self._write(f"data/{name}", chunks, counted=True)

    def _write(self, name: str, chunks: Iterable[bytes], *, counted: bool = False) -> tuple[str, str]:
        made = [hashlib.new(algorithm) for algorithm in ALGORITHMS]
        # A fixed date: the same bag is the same bytes.
        member = zipfile.ZipInfo(f"{self.top}/{name}", date_time=(1980, 1, 1, 0, 0, 0))
        with self.archive.open(member, "w", force_zip64=True) as out:
            for chunk in chunks:
                out.write(chunk)
                self._octets += len(chunk) if counted else 0
                for one in made:
                    one.update(chunk)
        return made[0].hexdigest(), made[1].hexdigest()

    def close(self, info: Mapping[str, str]) -> None:
        """Write what describes the payload. ``info`` goes to ``bag-info.txt``."""
        tags = {"bagit.txt": DECLARATION}
        oxum = {"Payload-Oxum": f"{self._octets}.{len(self._digests)}"}
        tags["bag-info.txt"] = "".join(f"{name}: {value}\n" for name, value in (dict(info) | oxum).items()).encode()
        for place, algorithm in enumerate(ALGORITHMS):
            lines = (f"{digests[place]}  {_escape(name)}\n" for name, digests in self._digests.items())
            tags[f"manifest-{algorithm}.txt"] = "".join(lines).encode()
        written = {name: self._write(name, [data]) for name, data in tags.items()}
        for place, algorithm in enumerate(ALGORITHMS):
            lines = (f"{digests[place]}  {name}\n" for name, digests in written.items())
            self._write(f"tagmanifest-{algorithm}.txt", ["".join(lines).encode()])


class Files(Protocol):
    """The files of a bag, wherever they are; names are relative to its top."""

    def names(self) -> list[str]:
        """Return the name of every file."""

    def open(self, name: str) -> BinaryIO:
        """Open one. Raise KeyError or OSError."""


class ZipFiles:
    """A bag in a zip archive. Raise BadZipFile when it is not one, or has not one top folder."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        names = [one.filename for one in archive.infolist() if not one.is_dir()]
        tops = {name.partition("/")[0] for name in names}
        if len(tops) != 1 or len(set(names)) != len(names):
            raise zipfile.BadZipFile("not one folder")
        self._top = tops.pop() + "/"

    def names(self) -> list[str]:
        """Return the names without the top folder."""
        return [one.filename.removeprefix(self._top) for one in self._archive.infolist() if not one.is_dir()]

    def open(self, name: str) -> BinaryIO:
        """Open a member."""
        return self._archive.open(self._top + name)  # type: ignore[return-value]


class FolderFiles:
    """A bag in a folder."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def names(self) -> list[str]:
        """Return the paths below the folder."""
        return [str(path.relative_to(self._root)) for path in sorted(self._root.rglob("*")) if path.is_file()]

    def open(self, name: str) -> BinaryIO:
        """Open a file."""
        return (self._root / name).open("rb")


def read(files: Files, name: str) -> bytes:
    """Return the bytes of a file. Raise KeyError, OSError or BadZipFile."""
    with files.open(name) as source:
        return source.read()


def check(files: Files) -> tuple[dict[str, str], list[Fault]]:
    """Check a whole bag: what is listed is there and right, and nothing else is. Return SHA-256 by name, and faults."""
    present = set(files.names())
    unsafe = [Fault("bag_path", name) for name in sorted(present) if _is_unsafe(name)]
    if "bagit.txt" not in present or read(files, "bagit.txt") != DECLARATION:
        return {}, [*unsafe, Fault("bag_declaration")]
    digests, faults = _digests(files, sorted(present))
    found = [*unsafe, *faults]
    for place, algorithm in enumerate(ALGORITHMS):
        payload = {name for name in present if name.startswith("data/")}
        tags = {name for name in present - payload if not name.startswith("tagmanifest-")}
        for manifest, expected in ((f"manifest-{algorithm}.txt", payload), (f"tagmanifest-{algorithm}.txt", tags)):
            found += _compare(files, manifest, {name: digests[name][place] for name in digests}, expected)
    found += _oxum(files, present)
    return {name: pair[0] for name, pair in digests.items()}, list(dict.fromkeys(found))


def _digests(files: Files, names: Iterable[str]) -> tuple[dict[str, tuple[str, str]], list[Fault]]:
    digests: dict[str, tuple[str, str]] = {}
    faults = []
    for name in names:
        made = [hashlib.new(algorithm) for algorithm in ALGORITHMS]
        try:
            with files.open(name) as source:
                while chunk := source.read(_CHUNK):
                    for one in made:
                        one.update(chunk)
        except (OSError, EOFError, zipfile.BadZipFile, KeyError):
            faults.append(Fault("bag_unreadable", name))
        else:
            digests[name] = made[0].hexdigest(), made[1].hexdigest()
    return digests, faults


def _compare(files: Files, manifest: str, digests: Mapping[str, str], expected: set[str]) -> Iterator[Fault]:
    try:
        listed = dict(_lines(read(files, manifest).decode()))
    except (KeyError, OSError, UnicodeDecodeError, ValueError, zipfile.BadZipFile):
        yield Fault("bag_manifest", manifest)
        return
    for name in sorted(listed.keys() | expected):
        if name not in expected:
            yield Fault("bag_missing", name)
        elif name not in listed:
            yield Fault("bag_unlisted", name)
        elif digests.get(name) not in {None, listed[name]}:
            yield Fault("bag_altered", name)


def _lines(text: str) -> Iterator[tuple[str, str]]:
    # Not `splitlines`, which also cuts at other characters: a changed end of line would pass.
    *lines, end = text.split("\n")
    if end:
        raise ValueError("not a manifest")
    for line in lines:
        digest, separator, name = line.partition("  ")
        if not separator:
            raise ValueError("not a manifest")
        for written, escaped in reversed(_ESCAPED):
            name = name.replace(escaped, written)
        yield name, digest


def _oxum(files: Files, present: set[str]) -> list[Fault]:
    count = sum(name.startswith("data/") for name in present)
    try:
        info = read(files, "bag-info.txt").decode()
        stated = next(line for line in info.splitlines() if line.startswith("Payload-Oxum: "))
    except (KeyError, OSError, StopIteration, UnicodeDecodeError, zipfile.BadZipFile):
        return [Fault("bag_info", "bag-info.txt")]
    return [] if stated.rpartition(".")[2] == str(count) else [Fault("bag_count", "bag-info.txt")]


def _escape(name: str) -> str:
    for written, escaped in _ESCAPED:
        name = name.replace(written, escaped)
    return name


def _is_unsafe(name: str) -> bool:
    return name.startswith("/") or ".." in name.replace("\\", "/").split("/")
