"""An independent judge agrees: the decision, the same rule as a filter, and Cedar give one answer."""

from itertools import count

import pytest

from parvis.cli.bench.access import country as countries
from parvis.cli.bench.access import measuring
from parvis.cli.bench.access.agreeing import ask

pytestmark = pytest.mark.django_db


def test_the_decision_the_filter_and_cedar_agree() -> None:
    tally = ask(count(1), at_least=2500)
    assert tally.parted == 0
    assert tally.allowed > tally.asked / 20, "most worlds refuse everything: the judge would see nothing"


def test_the_bench_asks_one_statement_a_decision() -> None:
    country = countries.load(units=60, grants=300)
    assert sum(map(len, country.units.values())) == 60
    assert measuring._statements(country).met  # noqa: SLF001 - its only caller measures for minutes
