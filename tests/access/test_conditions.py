"""One grammar, three readings: on facts, on columns, and against one another."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parvis.access import conditions
from parvis.core.errors import DomainError
from parvis.core.ids import new_id

ME = new_id()
words = st.sampled_from(["1", "15", "16"])
conditions_drawn = st.fixed_dictionaries(
    {},
    optional={
        "arrondissement": st.builds(lambda chosen: {"in": sorted(chosen)}, st.sets(words, min_size=1)),
        "amount": st.builds(lambda limit: {"at_most": limit}, st.integers(0, 5)),
        "year": st.builds(lambda ends: {"between": sorted(ends)}, st.tuples(st.integers(0, 4), st.integers(0, 4))),
        "in_charge": st.just({"mine": True}),
    },
)
facts_drawn = st.fixed_dictionaries(
    {},
    optional={
        "arrondissement": words,
        "amount": st.integers(0, 6),
        "year": st.integers(0, 5),
        "in_charge": st.sampled_from([ME, new_id()]),
    },
)


@given(conditions_drawn, conditions_drawn, facts_drawn)
def test_what_is_within_passes_wherever_the_wider_does(narrow: Any, wide: Any, facts: Any) -> None:
    if conditions.is_within(narrow, wide) and conditions.holds(narrow, facts, ME):
        assert conditions.holds(wide, facts, ME)


@given(conditions_drawn)
def test_a_condition_is_within_itself_and_within_none(condition: Any) -> None:
    assert conditions.is_within(condition, condition)
    assert conditions.is_within(condition, {})
    assert conditions.is_within({}, condition) == (condition == {})


@pytest.mark.parametrize(
    "bad",
    [
        {"weather": {"in": ["rain"]}},
        {"arrondissement": {"in": []}},
        {"arrondissement": {"in": [15]}},
        {"arrondissement": {"at_most": 5}},
        {"arrondissement": "15"},
        {"amount": {"at_most": -1}},
        {"amount": {"at_most": True}},
        {"amount": {"at_most": 1, "in": ["x"]}},
        {"year": {"between": [2, 1]}},
        {"year": {"between": [1]}},
        {"in_charge": {"mine": False}},
        {"in_charge": {}},
    ],
)
def test_a_word_outside_the_grammar_is_refused(bad: Any) -> None:
    with pytest.raises(DomainError) as refused:
        conditions.read(bad)
    assert refused.value.code == "bad_condition"


def test_a_missing_column_lets_nothing_through() -> None:
    assert conditions.as_filter({"amount": {"at_most": 1}}, {}, ME) is None
