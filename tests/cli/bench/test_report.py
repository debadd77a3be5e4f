"""Targets and what a program reads."""

import json

import pytest

from parvis.cli.bench.report import Sign, Target, count, metric
from tests.cli.bench.reports import made_up


@pytest.mark.parametrize(
    ("sign", "measured", "met"),
    [("≤", 5, True), ("≤", 5.01, False), ("≥", 5, True), ("≥", 4.99, False), ("=", 5, True), ("=", 6, False)],
)
def test_the_limit_itself_keeps_the_promise(sign: Sign, measured: float, met: bool) -> None:  # noqa: FBT001 - a table
    assert Target(sign, 5).met_by(measured) is met


def test_a_target_may_be_of_the_ratio() -> None:
    assert metric("a", "A", "ms", [10, 10], [20, 20], target=Target("≤", 0.5, "ratio")).met is True
    assert metric("a", "A", "ms", [10, 10], [20, 20], target=Target("≤", 0.4, "ratio")).met is False


def test_a_ratio_that_was_not_measured_misses_its_target() -> None:
    assert count("a", "A", "", 10, 0, target=Target("=", 1, "ratio")).met is False


def test_without_target_nothing_is_met_or_missed() -> None:
    assert metric("a", "A", "ms", [1]).met is None


def test_a_report_lists_what_it_misses() -> None:
    assert [one.name for one in made_up().missed] == ["sql_growth"]


def test_a_report_is_plain_json() -> None:
    written = json.loads(json.dumps(made_up().as_json()))
    cpu, growth, rate = written["metrics"]
    assert cpu["value"] == {"median": 4.0, "p10": 3.2, "p90": 4.8}
    assert (cpu["ratio"], cpu["met"], cpu["target"]) == (4.0, True, {"sign": "≤", "limit": 5, "of": "value"})
    assert growth["met"] is False
    assert (rate["baseline"], rate["ratio"], rate["target"], rate["met"]) == (None, None, None, None)
