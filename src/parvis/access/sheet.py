"""The sheet of people and rights that a town hall keeps: read it, and say of each line what is wrong. Pure.

One person a line, columns named by the first line: ``courriel`` (needed), ``service`` (code or name), ``fonction``,
``droits`` (words of `WORDS`, separated by commas or ``+``), ``demarche`` (code; all when empty), ``fin`` (JJ/MM/AAAA).
Separated by semicolons (as spreadsheets in France do), commas or tabs.
"""

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from parvis.access.enums import EVERY_PROCESS, Action
from parvis.core.errors import DomainError

WORDS: dict[str, Action] = {
    "consulter": Action.CASE_READ,
    "telecharger": Action.CASE_DOWNLOAD,
    "traiter": Action.CASE_PROCESS,
    "deposer": Action.FOLDER_DEPOSIT,
    "suivre": Action.FOLDER_READ,
    "preparer": Action.ACT_PREPARE,
    "signer": Action.ACT_SIGN,
    "gerer": Action.MEMBERS_MANAGE,
    "mandat": Action.MANDATE_USE,
}
COLUMNS = ("courriel", "service", "fonction", "droits", "demarche", "fin")
MOST_LINES = 2_000
_PLAIN = str.maketrans("éèêëàâùûîïôç", "eeeeaauuiioc")


@dataclass(frozen=True, slots=True)
class Line:
    """One line, by its number in the file (the first, of names, is 1)."""

    number: int
    email: str
    service: str
    title: str
    actions: tuple[Action, ...]
    process: str
    ends_on: date | None


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line that cannot be read, and why."""

    number: int
    error: DomainError


def decode(content: bytes) -> str:
    """Return the text of a file written by a spreadsheet: UTF-8, with or without its mark, or Windows-1252."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def read(text: str) -> list[Line | BadLine]:
    """Read a sheet. Raise DomainError when it is none: no line, no column ``courriel``, too many lines."""
    rows = _rows(text.replace("\x00", "").replace("\r\n", "\n").replace("\r", "\n"))
    names = [_plain(name) for name in rows[0]] if rows else []
    unknown = [name for name in names if name and name not in COLUMNS]
    if "courriel" not in names or unknown:
        raise DomainError(
            "bad_columns",
            "La première ligne doit nommer les colonnes : %(columns)s. La colonne courriel est obligatoire.",
            field="file",
            params={"columns": ", ".join(COLUMNS)},
        )
    if len(rows) > MOST_LINES + 1:
        raise DomainError(
            "too_many_lines",
            "Le fichier dépasse %(most)s lignes. Coupez-le en plusieurs fichiers.",
            field="file",
            params={"most": MOST_LINES},
        )
    found = list(_lines(names, rows[1:]))
    if not found:
        raise DomainError("no_line", "Le fichier ne contient aucune personne.", field="file")
    return found


def _rows(text: str) -> list[list[str]]:
    try:
        return list(csv.reader(io.StringIO(text), delimiter=_separator(text)))
    except csv.Error:  # a quote never closed, a cell of more than 128 KiB: no sheet of people
        return []


def _separator(text: str) -> str:
    first = text.partition("\n")[0]
    return max(";,\t", key=first.count)


def _lines(names: list[str], rows: list[list[str]]) -> Iterator[Line | BadLine]:
    for number, row in enumerate(rows, start=2):
        if not any(cell.strip() for cell in row):
            continue
        cells = {name: cell.strip() for name, cell in zip(names, row, strict=False)}
        try:
            yield _line(number, cells)
        except DomainError as error:
            yield BadLine(number, error)


def _line(number: int, cells: dict[str, str]) -> Line:
    email = cells.get("courriel", "")
    if "@" not in email:
        raise DomainError("no_email", "Le courriel manque ou n’est pas complet.", field="courriel")
    return Line(
        number,
        email,
        cells.get("service", ""),
        cells.get("fonction", ""),
        tuple(_action(word) for word in re.split(r"[,+]", cells.get("droits", "")) if word.strip()),
        cells.get("demarche", "") or EVERY_PROCESS,
        _day(cells.get("fin", "")),
    )


def _action(word: str) -> Action:
    found = WORDS.get(_plain(word))
    if found is None:
        raise DomainError(
            "unknown_right",
            "Le droit « %(word)s » n’existe pas. Choisissez parmi : %(words)s.",
            field="droits",
            params={"word": word.strip()[:30], "words": ", ".join(WORDS)},
        )
    return found


def _day(text: str) -> date | None:
    if not text:
        return None
    try:
        return datetime.strptime(text, "%d/%m/%Y").date()  # noqa: DTZ007 - a day, wherever one is
    except ValueError:
        raise DomainError(
            "bad_date",
            "La date « %(text)s » ne se lit pas. Écrivez-la ainsi : 31/12/2026.",
            field="fin",
            params={"text": text[:20]},
        ) from None


def _plain(word: str) -> str:
    return word.strip().lower().translate(_PLAIN)
