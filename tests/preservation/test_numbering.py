"""The numbers of a register: what is missing, doubled, or out of its series."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parvis.preservation.numbering import Gap, gaps, parse


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("12", (12, "")),
        (" 0012 ", (12, "")),
        ("12 bis", (12, "bis")),
        ("12BIS", (12, "bis")),
        ("12-A", (12, "a")),
        ("0", None),
        ("", None),
        ("bis", None),
        ("12 bis ter", None),
        ("-3", None),
        ("1e3x9", None),
    ],
)
def test_numbers_as_people_write_them(text: str, expected: tuple[int, str] | None) -> None:
    assert parse(text) == expected


@pytest.mark.parametrize(
    ("numbers", "expected"),
    [
        ([(1, ""), (2, ""), (3, "")], []),
        ([(1, ""), (3, "")], [Gap("missing", 2, 2)]),
        ([(4, "")], [Gap("missing", 1, 3)]),
        ([(1, ""), (2, ""), (2, "")], [Gap("doubled", 2, 2)]),
        ([(1, ""), (1, "bis"), (1, "ter")], []),
        ([(1, ""), (1, "ter")], [Gap("suffix_skipped", 1, 1, "bis")]),
        ([(1, ""), (2, "bis")], [Gap("suffix_alone", 2, 2, "bis")]),
        ([(1, ""), (1, "a"), (1, "b")], []),
    ],
)
def test_what_breaks_a_series(numbers: list[tuple[int, str]], expected: list[Gap]) -> None:
    assert gaps(numbers) == expected


def test_closing_minutes_account_for_a_number() -> None:
    assert gaps([(1, ""), (4, "")], explained={2: "feuille annulée"}) == [Gap("missing", 3, 3)]


@given(st.sets(st.integers(min_value=1, max_value=60), min_size=1))
def test_missing_numbers_are_all_named(present: set[int]) -> None:
    named = {one for gap in gaps([(number, "") for number in present]) for one in range(gap.first, gap.last + 1)}
    assert named == set(range(1, max(present))) - present
