"""An independent judge agrees: the decision, the same rule as a filter, and Cedar give one answer."""

from itertools import count

import pytest

from parvis.cli.bench.access.agreeing import ask

pytestmark = pytest.mark.django_db


def test_the_decision_the_filter_and_cedar_agree() -> None:
    tally = ask(count(1), at_least=2500)
    assert tally.parted == 0
    assert tally.allowed > tally.asked / 20, "most worlds refuse everything: the judge would see nothing"
