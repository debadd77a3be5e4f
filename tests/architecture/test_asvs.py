"""docs/security/asvs.md answers every line of V6 to V10, and each test it names exists."""

import ast
import re
from functools import cache

from tests.architecture.sources import ROOT

# Lines of each chapter at levels 1, 2 and 3 (ASVS 5.0).
COUNTS = {"6": (13, 22, 12), "7": (6, 12, 1), "8": (4, 3, 6), "9": (4, 3, 0), "10": (5, 24, 7)}
ROW = re.compile(r"^\| (\d+)\.(\d+\.\d+) \| ([123]) \| (.+) \| (.+) \|$", re.MULTILINE)
NAMED = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")


def _rows() -> list[tuple[str, ...]]:
    return ROW.findall((ROOT / "docs/security/asvs.md").read_text())


@cache
def _tests(file: str) -> set[str]:
    path = ROOT / file
    if not path.exists():
        return set()
    return {node.name for node in ast.parse(path.read_text()).body if isinstance(node, ast.FunctionDef)}


def test_every_line_is_answered_once() -> None:
    rows = _rows()
    assert len({(chapter, line) for chapter, line, *_ in rows}) == len(rows)
    for chapter, wanted in COUNTS.items():
        levels = [level for one, _, level, *_ in rows if one == chapter]
        assert tuple(levels.count(level) for level in "123") == wanted, chapter


def test_every_test_named_exists() -> None:
    named = NAMED.findall((ROOT / "docs/security/asvs.md").read_text())
    assert [f"{file}::{name}" for file, name in named if name not in _tests(file)] == []


def test_a_line_of_levels_1_and_2_without_a_test_says_why() -> None:
    excused = ("Does not apply", "Nothing", "None", "**Not met**")
    wrong = [
        f"{chapter}.{line}"
        for chapter, line, level, answer, proof in _rows()
        if level in "12" and not NAMED.search(proof) and not answer.startswith(excused)
    ]
    assert wrong == []
