"""The numbers of the acts of a register: one continuous series a year, with suffixes (« 12 bis »). Pure."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

_NUMBER = re.compile(r"0*([1-9][0-9]{0,6})[ ./-]*([A-Za-z]{0,10})")
_ORDER = ("", "bis", "ter", "quater", "quinquies", "sexies", "septies", "octies")
MOST_NAMED = 100

Wrong = Literal["missing", "doubled", "suffix_alone", "suffix_skipped"]


@dataclass(frozen=True, slots=True)
class Gap:
    """Something wrong in a series, from ``first`` to ``last`` (the same for one number)."""

    wrong: Wrong
    first: int
    last: int
    suffix: str = ""


def parse(text: str) -> tuple[int, str] | None:
    """Read a number as people write it: « 12 », « 012 », « 12bis », « 12 A ». None when it is not one."""
    found = _NUMBER.fullmatch(text.strip())
    return (int(found[1]), found[2].lower()) if found else None


def gaps(numbers: Iterable[tuple[int, str]], *, explained: Mapping[int, str] | None = None) -> list[Gap]:
    """Return what breaks the series of numbers of a register, from 1, in order.

    ``explained`` are the missing numbers that the closing minutes account for (a sheet spoiled or lost).
    """
    known = sorted(numbers)
    found: list[Gap] = []
    expected = 1
    by_number: dict[int, list[str]] = {}
    for number, suffix in known:
        by_number.setdefault(number, []).append(suffix)
    for number in sorted(by_number):
        found += _missing(expected, number, explained or {})
        found += _suffixes(number, by_number[number])
        expected = number + 1
    return found


def _missing(expected: int, number: int, explained: Mapping[int, str]) -> list[Gap]:
    """The numbers between two that are there, but for those explained, by runs."""
    runs: list[Gap] = []
    absent = [one for one in range(expected, number) if one not in explained]
    for one in absent:
        if runs and runs[-1].last == one - 1:
            runs[-1] = Gap("missing", runs[-1].first, one)
        else:
            runs.append(Gap("missing", one, one))
    return runs


def _suffixes(number: int, suffixes: list[str]) -> list[Gap]:
    found = [Gap("doubled", number, number, one) for one in sorted({s for s in suffixes if suffixes.count(s) > 1})]
    if "" not in suffixes:
        found.append(Gap("suffix_alone", number, number, suffixes[0]))
    latin = [_ORDER.index(one) for one in set(suffixes) if one in _ORDER]
    if latin and max(latin) >= len(latin) and "" in suffixes:
        skipped = next(place for place in range(len(_ORDER)) if place not in latin)
        found.append(Gap("suffix_skipped", number, number, _ORDER[skipped]))
    return found
