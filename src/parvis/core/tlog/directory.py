"""Verify an exported log (C2SP tlog-tiles directory) with nothing but the files and a public key."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

from parvis.core.tlog import merkle, notes, tiles
from parvis.core.tlog.audit import Auditor, Report, Statement

CHECKPOINT = "checkpoint"
CHECKPOINTS = "checkpoints.jsonl"
KEYS = "keys"


class BadExportError(ValueError):
    """The directory is not an exported log; the message, in French, says what is missing."""


def keys_of(directory: Path) -> list[notes.Verifier]:
    """Return the public keys that the export itself claims: worth what the place it came from is worth."""
    lines = _read_text(directory / KEYS).splitlines()
    return [notes.Verifier.parse(line) for line in lines if line.strip()]


def verify_directory(directory: Path, verifiers: Sequence[notes.Verifier], witnessed: Sequence[str] = ()) -> Report:
    """Recompute leaves, tiles, roots and signatures from the files.

    ``witnessed`` are notes kept elsewhere. Raise BadExportError when the directory is not an export, BadNoteError
    when a witnessed note is not one.
    """
    report = Report()
    latest = _read_text(directory / CHECKPOINT)
    try:
        size = notes.read(latest, verifiers).size
    except notes.BadNoteError as error:
        report.add("checkpoint_forged", f"Dernier point de contrôle : {error}")
        return report
    statements = _statements(directory, witnessed, verifiers)
    auditor = Auditor(report, tile_reader(directory, size), statements, verifiers)
    for position, digest in enumerate(_leaves(directory, size, report)):
        auditor.leaf(position, digest)
    auditor.finish()
    return report


def _statements(directory: Path, texts: Sequence[str], verifiers: Sequence[notes.Verifier]) -> Iterator[Statement]:
    """Yield every checkpoint by size: those of the file, and the given ones in their place."""
    given = []
    for text in texts:
        seen = notes.read(text, verifiers)
        given.append(Statement(seen.size, seen.root, text))
    given.sort(key=lambda statement: statement.size)
    for line in _read_text(directory / CHECKPOINTS).splitlines():
        statement = _parse(line)
        while given and given[0].size < statement.size:
            yield given.pop(0)
        yield statement
    yield from given


def _parse(line: str) -> Statement:
    try:
        record = json.loads(line)
        size, note = int(record["size"]), str(record["note"])
    except (ValueError, KeyError, TypeError) as error:
        message = f"{CHECKPOINTS} : une ligne n’est pas un point de contrôle. Refaites l’export."
        raise BadExportError(message) from error
    lines = note.split("\n")
    # The note says the root; its signature is checked by the auditor.
    return Statement(size, notes.decode_root(lines[2]) if len(lines) > 2 else b"", note)  # noqa: PLR2004 - third line


def _leaves(directory: Path, size: int, report: Report) -> Iterator[bytes]:
    for number in range(-(-size // merkle.TILE_WIDTH)):
        width = min(merkle.TILE_WIDTH, size - number * merkle.TILE_WIDTH)
        file = directory / tiles.tile_path("entries", number, width)
        data = file.read_bytes() if file.is_file() else b""
        entries = list(tiles.unbundle(data))
        yield from entries[:width]
        found = len(entries)
        if found != width or len(tiles.bundle(entries)) != len(data):
            position = number * merkle.TILE_WIDTH + min(found, width)
            message = f"{file.relative_to(directory)} : il faut {width} entrées, il y en a {found}."
            report.add("leaf_missing", message, position=position)
            return


def tile_reader(directory: Path, size: int) -> merkle.ReadTile:
    """Return what reads the tiles of the tree of ``size`` leaves; nothing for one that is not there."""

    def read_one(level: int, number: int) -> bytes:
        count = size >> merkle.TILE_HEIGHT * level
        width = min(merkle.TILE_WIDTH, count - number * merkle.TILE_WIDTH)
        for wanted in dict.fromkeys((width, merkle.TILE_WIDTH)):  # a partial one may have been filled since
            file = directory / tiles.tile_path(level, number, wanted)
            if width > 0 and file.is_file():
                return file.read_bytes()
        return b""

    return read_one


def _read_text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        message = f"{file} : fichier absent ou illisible. Indiquez un dossier écrit par « parvis verify --export »."
        raise BadExportError(message) from error
