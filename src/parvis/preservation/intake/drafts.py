"""From a line of the sheet to an entry: every defect of the line, named."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import TypeVar

from parvis.core.errors import DomainError, Problem, Problems
from parvis.core.text import clean
from parvis.preservation import formats, numbering
from parvis.preservation.entries import Page
from parvis.preservation.enums import EntryKind, LegalState
from parvis.preservation.intake.scans import Scans
from parvis.preservation.intake.sheet import KNOWN, Line

_MOST_PAGES = 50
Names = tuple[int, str]
Word = TypeVar("Word", EntryKind, LegalState)


@dataclass(frozen=True, slots=True)
class Draft:
    """An entry to be. ``scans`` are the bytes of its pages, by SHA-256."""

    kind: EntryKind
    number: int
    suffix: str
    dated: date
    state: LegalState
    data: dict[str, str]
    pages: tuple[Page, ...] = ()
    scans: dict[bytes, bytes] = field(default_factory=dict)

    @property
    def act(self) -> Names:
        """Which act it is, or is about."""
        return self.number, self.suffix


def draft(line: Line, scans: Scans, *, year: int, known: Callable[[Names], bool]) -> tuple[Draft | None, list[Problem]]:
    """Return the entry of a line, or what is wrong with it. ``known`` tells which acts came before."""
    problems = Problems()
    values = {name: clean(value) for name, value in line.values.items()}
    kind = _choice(problems, EntryKind, values.get("type", "") or "acte", "type")
    state = _choice(problems, LegalState, values.get("etat", "") or "valide", "etat")
    number = _number(problems, values)
    dated = _date(problems, values.get("date", ""), year if kind == EntryKind.ACT else None)
    if any(name.startswith("?") for name in values):
        problems.add("too_many_cells", "Cette ligne a plus de cellules que l’en-tête.")
    if number and kind:
        _check_order(problems, kind, number, known)
    pages, contents = _pages(problems, values.get("pages", ""), scans)
    if problems.found or number is None or kind is None or state is None or dated is None:
        return None, problems.found
    data = {name: value for name, value in values.items() if name not in KNOWN and value}
    return Draft(kind, *number, dated, state, data, pages, contents), []


def _choice(problems: Problems, words: type[Word], text: str, column: str) -> Word | None:
    try:
        return words(text.lower())
    except ValueError:
        problems.add(
            "unknown_word",
            "Colonne %(column)s : « %(text)s » n’est pas un de ces mots : %(words)s.",
            params={"column": column, "text": text[:40], "words": ", ".join(words.values)},
        )
        return None


def _number(problems: Problems, values: dict[str, str]) -> Names | None:
    text = f"{values.get('numero', '')} {values.get('suffixe', '')}"
    found = numbering.parse(text)
    if found is None:
        problems.add(
            "bad_number",
            "« %(text)s » n’est pas un numéro d’acte : un nombre, et au besoin un suffixe (12 bis).",
            params={"text": text.strip()[:40]},
        )
    return found


def _date(problems: Problems, text: str, year: int | None) -> date | None:
    try:
        day, month, long_year = text.split("/") if "/" in text else reversed(text.split("-"))
        found = date(int(long_year), int(month), int(day))
    except ValueError:
        problems.add("bad_date", "« %(text)s » n’est pas une date. Exemple : 27/03/1998.", params={"text": text[:40]})
        return None
    if year is not None and found.year != year:
        problems.add(
            "other_year",
            "L’acte est daté du %(day)s, dans un registre de %(year)s.",
            params={"day": found, "year": str(year)},
        )
    return found


def _check_order(problems: Problems, kind: EntryKind, number: Names, known: Callable[[Names], bool]) -> None:
    name = f"{number[0]} {number[1]}".strip()
    if kind == EntryKind.ACT and known(number):
        problems.add("doubled_number", "L’acte %(number)s est déjà dans ce registre.", params={"number": name})
    if kind != EntryKind.ACT and not known(number):
        problems.add(
            "act_missing", "L’acte %(number)s, dont parle cette ligne, ne vient pas avant.", params={"number": name}
        )


def _pages(problems: Problems, text: str, scans: Scans) -> tuple[tuple[Page, ...], dict[bytes, bytes]]:
    names = [name.strip() for name in text.split("|") if name.strip()]
    if len(names) > _MOST_PAGES:
        problems.add("too_many_pages", "Un acte a %(most)s pages au plus.", params={"most": _MOST_PAGES})
        return (), {}
    pages: list[Page] = []
    contents: dict[bytes, bytes] = {}
    for name in names:
        data = _scan(problems, name, scans)
        if data is not None:
            sha256 = hashlib.sha256(data).digest()
            pages.append(Page(sha256, len(data), formats.recognise(data)))
            contents[sha256] = data
    return tuple(pages), contents


def _scan(problems: Problems, name: str, scans: Scans) -> bytes | None:
    try:
        data = scans.read(name)
    except DomainError as refusal:
        problems.found.extend(refusal.problems)
        return None
    if data is None:
        problems.add("scan_missing", "Le scan « %(name)s » n’est pas avec les autres.", params={"name": name[:80]})
        return None
    mime = formats.recognise(data)
    if mime not in formats.PAGES:
        problems.add(
            "scan_format",
            "Le scan « %(name)s » n’est ni un PDF, ni un PNG, ni un JPEG, ni un TIFF.",
            params={"name": name[:80]},
        )
    elif not formats.is_whole(mime, data):
        problems.add(
            "scan_cut",
            "Le scan « %(name)s » est coupé ou abîmé. Numérisez la page de nouveau.",
            params={"name": name[:80]},
        )
    else:
        return data
    return None
