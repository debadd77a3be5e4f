"""Moments as they are said."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import translation

from parvis.ui.dates import absolute, relative, when

NOON = datetime(2026, 11, 24, 11, 0, tzinfo=UTC)  # noon in Paris


@pytest.mark.parametrize(
    ("shift", "words"),
    [
        (timedelta(seconds=10), "à l’instant"),
        (timedelta(minutes=1), "il y a 1 minute"),
        (timedelta(minutes=59), "il y a 59 minutes"),
        (timedelta(hours=2, minutes=50), "il y a 2 heures"),
        (timedelta(days=1), "hier"),
        (timedelta(days=3), "il y a 3 jours"),
        (timedelta(days=70), "il y a 2 mois"),
        (timedelta(days=365 * 3), "il y a 2 ans"),
        (timedelta(minutes=-5), "dans 5 minutes"),
        (timedelta(days=-1), "demain"),
        (timedelta(days=-12), "dans 12 jours"),
    ],
)
def test_relative_to_now(shift: timedelta, words: str) -> None:
    assert relative(NOON - shift, NOON) == words


def test_days_count_from_midnight_in_paris_not_in_hours() -> None:
    evening = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
    assert relative(evening, NOON) == "hier"
    assert relative(date(2026, 11, 24), NOON) == "aujourd’hui"
    assert relative(date(2026, 11, 25), NOON) == "demain"


def test_absolute_in_french_and_in_english() -> None:
    assert absolute(date(2026, 12, 1)) == "1er décembre 2026"
    assert absolute(date(2026, 12, 11)) == "11 décembre 2026"
    assert absolute(datetime(2026, 11, 24, 13, 5, tzinfo=UTC)) == "24 novembre 2026 à 14\xa0h\xa005"
    with translation.override("en"):
        assert absolute(date(2026, 12, 1)) == "1 December 2026"


def test_when_gives_both_and_a_machine_form() -> None:
    html = when(NOON, NOON + timedelta(days=2))
    assert '<time datetime="2026-11-24T12:00+01:00">24 novembre 2026' in html
    assert "(il y a 2 jours)" in html
    assert when(None) == ""
