"""Middles, spreads, ratios."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parvis.cli.bench.figures import exactly, pairwise_ratio, percentile, summarise

numbers = st.lists(st.floats(0.001, 1e6), min_size=1, max_size=50)


def test_percentiles_are_interpolated() -> None:
    assert percentile([4, 1, 3, 2], 50) == 2.5
    assert percentile([1, 2, 3, 4, 5], 90) == pytest.approx(4.6)
    assert (percentile([7], 0), percentile([7], 99)) == (7, 7)


@pytest.mark.parametrize(("values", "rank"), [([], 50), ([1.0], 101), ([1.0], -1)])
def test_there_is_no_percentile_of_nothing(values: list[float], rank: float) -> None:
    with pytest.raises(ValueError, match="no percentile"):
        percentile(values, rank)


@given(numbers)
def test_the_middle_lies_within_the_spread(values: list[float]) -> None:
    found = summarise(values)
    assert min(values) <= found.low <= found.value <= found.high <= max(values)


def test_one_slow_round_does_not_move_the_middle() -> None:
    assert summarise([5, 5, 5, 5, 500]).value == 5


@given(numbers, st.floats(0.1, 10))
def test_noise_that_lasts_a_round_cancels_out_of_the_ratio(noise: list[float], factor: float) -> None:
    assert pairwise_ratio([factor * one for one in noise], noise) == pytest.approx(factor)


def test_sides_must_have_the_same_rounds() -> None:
    with pytest.raises(ValueError, match="longer"):
        pairwise_ratio([1], [1, 2])


def test_a_count_has_no_spread() -> None:
    assert exactly(12).spread == 0
