from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parvis.core.errors import Problems
from parvis.teleservices.census import rules
from parvis.teleservices.census.rules import Situation

days = st.dates(date(1980, 1, 1), date(2040, 12, 31))


def codes(situation: Situation, today: date) -> set[str]:
    problems = Problems()
    rules.check(situation, today, problems)
    return {problem.code for problem in problems.found}


@pytest.mark.parametrize(
    ("today", "expected"),
    [
        (date(2026, 3, 11), "too_early"),
        (date(2026, 3, 12), "on_time"),
        (date(2026, 6, 30), "on_time"),
        (date(2026, 7, 1), "late"),
        (date(2035, 3, 11), "late"),
        (date(2035, 3, 12), "too_old"),
    ],
)
def test_the_window_runs_to_the_end_of_the_third_month(today: date, expected: str) -> None:
    assert rules.timing(Situation(date(2010, 3, 12), is_french=True, sex="2"), today) == expected


def test_someone_born_on_29_february_registers_on_1_march() -> None:
    situation = Situation(date(2008, 2, 29), is_french=True, sex="1")
    assert rules.timing(situation, date(2024, 2, 29)) == "on_time"
    leap = Situation(date(2012, 2, 29), is_french=True, sex="1")
    assert rules.window(leap) == (date(2028, 2, 29), date(2028, 5, 31))
    assert rules.add_years(date(2012, 2, 29), 25) == date(2037, 3, 1)


def test_a_new_french_person_has_until_the_end_of_the_next_month() -> None:
    situation = Situation(date(2005, 1, 5), is_french=True, sex="1", french_since=date(2026, 10, 9))
    assert rules.window(situation) == (date(2026, 10, 9), date(2026, 11, 30))
    assert rules.timing(situation, date(2026, 12, 1)) == "late"


@given(days, days)
def test_an_age_is_never_accepted_outside_16_to_25(born: date, today: date) -> None:
    situation = Situation(born, is_french=True, sex="2")
    accepted = not codes(situation, today)
    of_age = rules.add_years(born, 16) <= today < rules.add_years(born, 25)
    assert accepted == of_age


@given(days)
def test_the_window_is_three_to_four_months_long(born: date) -> None:
    first, last = rules.window(Situation(born, is_french=True, sex="1"))
    assert first == rules.add_years(born, 16)
    assert timedelta(days=89) <= last - first <= timedelta(days=123)
    assert (last + timedelta(days=1)).day == 1


def test_every_reason_is_told_at_once() -> None:
    assert codes(Situation(date(2020, 1, 1), is_french=False, sex=""), date(2026, 1, 1)) == {
        "sex_missing",
        "not_french",
        "too_young",
    }


def test_the_message_says_when_to_come_back() -> None:
    problems = Problems()
    rules.check(Situation(date(2011, 5, 20), is_french=True, sex="1"), date(2026, 11, 24), problems)
    assert "20/05/2027" in problems.found[0].message


def test_impossible_dates_are_named() -> None:
    assert codes(Situation(date(2030, 1, 1), is_french=True, sex="1"), date(2026, 1, 1)) == {"born_in_future"}
    late = Situation(date(2009, 1, 1), is_french=True, sex="1", french_since=date(2027, 1, 1))
    assert codes(late, date(2026, 1, 1)) == {"french_since_impossible"}
