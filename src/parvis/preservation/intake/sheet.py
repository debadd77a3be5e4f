"""The sheet: a CSV file, read one line at a time. Column names are French, as in the guide (docs/preservation.md).

``numero`` and ``date`` are required; ``suffixe``, ``type`` (acte, mention, etat), ``etat`` and ``pages`` (names of
scans, separated by « | ») are known; every other column is data of the act.
"""

import csv
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from parvis.core.errors import DomainError

REQUIRED = ("numero", "date")
KNOWN = frozenset({*REQUIRED, "suffixe", "type", "etat", "pages"})
LONGEST_LINE = 100_000
_CHUNK = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Line:
    """One line: ``number`` as a spreadsheet counts (the header is line 1), values by column."""

    number: int
    values: dict[str, str]


def digest(path: Path) -> bytes:
    """Return the SHA-256 of the file: the same sheet sent again is the same import."""
    with path.open("rb") as source:
        return hashlib.file_digest(source, "sha256").digest()


def lines(path: Path) -> Iterator[Line]:
    """Yield the lines. Raise DomainError when the file is not a sheet that can be read."""
    with path.open(encoding="utf-8-sig", newline="") as source:
        try:
            yield from _lines(source)
        except UnicodeDecodeError as error:
            raise DomainError(
                "sheet_encoding", "Ce fichier n’est pas en UTF-8. Enregistrez-le de nouveau en « CSV UTF-8 »."
            ) from error
        except csv.Error as error:
            raise DomainError(
                "sheet_unreadable",
                "Ce fichier n’est pas une feuille CSV lisible : %(why)s.",
                params={"why": str(error)},
            ) from error


def _lines(source: Iterator[str]) -> Iterator[Line]:
    csv.field_size_limit(LONGEST_LINE)
    first = next(source, "")
    delimiter = ";" if first.count(";") >= first.count(",") else ","
    header = [name.strip().lower() for name in next(csv.reader([first], delimiter=delimiter), [])]
    _check(header)
    for number, row in enumerate(csv.reader(source, delimiter=delimiter, strict=True), start=2):
        if any(cell.strip() for cell in row):
            # A cell too many is kept under a name that the next check refuses.
            names = [*header, *(f"?{place}" for place in range(len(header), len(row)))]
            yield Line(number, dict(zip(names, row, strict=False)))


def _check(header: list[str]) -> None:
    missing = [name for name in REQUIRED if name not in header]
    if missing:
        raise DomainError(
            "sheet_columns",
            "Il manque une colonne à la première ligne : %(names)s. Donnez à chaque colonne son nom.",
            params={"names": ", ".join(missing)},
        )
    if "" in header or len(set(header)) != len(header):
        raise DomainError("sheet_header", "Chaque colonne de la première ligne a un nom, et un seul.")
