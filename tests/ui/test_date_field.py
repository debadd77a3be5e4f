"""Dates asked in three parts."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from parvis.ui import forms
from parvis.ui.forms.markup import field


class Birth(forms.Form):
    day = forms.DateField(label="Naissance", missing="Saisissez la date de naissance.", birth=True)


def parts(day: str, month: str, year: str) -> dict[str, str]:
    return {"day_day": day, "day_month": month, "day_year": year}


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        (("14", "7", "1989"), date(1989, 7, 14)),
        (("1er", "août", "2001"), date(2001, 8, 1)),
        ((" 29 ", "02", "2000"), date(2000, 2, 29)),
        (("3", "Décembre", "1970"), date(1970, 12, 3)),
    ],
)
def test_what_people_type(typed: tuple[str, str, str], expected: date) -> None:
    form = Birth(parts(*typed))
    assert form.is_valid(), form.errors
    assert form.cleaned_data["day"] == expected


@pytest.mark.parametrize(
    ("typed", "message", "wrong"),
    [
        (("", "", ""), "Saisissez la date de naissance.", ["day", "month", "year"]),
        (("", "7", "1989"), "Naissance : saisissez le jour.", ["day"]),
        (("14", "", ""), "Naissance : saisissez le mois et l’année.", ["month", "year"]),
        (
            ("31", "2", "1989"),
            "Naissance : le 31 février 1989 n’existe pas, vérifiez le jour et le mois.",
            ["day", "month"],
        ),
        (
            ("29", "2", "1900"),
            "Naissance : le 29 février 1900 n’existe pas, vérifiez le jour et le mois.",
            ["day", "month"],
        ),
        (("14", "7", "89"), "Naissance : l’année doit comporter 4 chiffres, par exemple 1984.", ["year"]),
        (("14", "brumaire", "1989"), "Naissance : le mois doit être un nombre entre 1 et 12.", ["month"]),
        (("zéro", "7", "1989"), "Naissance : le jour doit être un nombre entre 1 et 31.", ["day"]),
        (("14", "13", "1989"), "Naissance : le mois doit être un nombre entre 1 et 12.", ["month"]),
        (("-1", "7", "1989"), "Naissance : le jour doit être un nombre entre 1 et 31.", ["day"]),
        (("14", "7", "0000"), "Naissance : l’année doit comporter 4 chiffres, par exemple 1984.", ["year"]),
        (("²", "7", "1989"), "Naissance : le jour doit être un nombre entre 1 et 31.", ["day"]),
    ],
)
def test_errors_name_the_part_and_mark_it(typed: tuple[str, str, str], message: str, wrong: list[str]) -> None:
    form = Birth(parts(*typed))
    assert form.errors["day"] == [message]
    html = field(form["day"])
    for part in ("day", "month", "year"):
        tag = html[html.index(f'id="id_day_{part}"') :].split(">")[0]
        assert ("aria-invalid" in tag) is (part in wrong)


def test_a_birth_is_past() -> None:
    tomorrow = timezone.localdate() + timedelta(days=1)
    form = Birth(parts(str(tomorrow.day), str(tomorrow.month), str(tomorrow.year)))
    assert form.errors["day"] == ["Naissance : saisissez une date déjà passée."]


def test_bounds_are_said() -> None:
    bounded = forms.DateField(label="Séance", earliest=date(2020, 1, 1), latest=date(2020, 12, 31))
    with pytest.raises(ValidationError, match="à partir du 1er janvier 2020"):
        bounded.clean(["31", "12", "2019"])
    with pytest.raises(ValidationError, match="ne dépasse pas le 31 décembre 2020"):
        bounded.clean(["1", "1", "2021"])


def test_optional_date_may_stay_empty() -> None:
    assert forms.DateField(required=False).clean(["", "", ""]) is None


def test_typed_text_is_shown_again_and_initial_is_split() -> None:
    assert 'value="brumaire"' in field(Birth(parts("1", "brumaire", "1989"))["day"])
    assert 'value="1989"' in field(Birth(initial={"day": date(1989, 7, 14)})["day"])


def test_birth_dates_may_be_filled_in_by_the_browser() -> None:
    html = field(Birth()["day"])
    assert 'autocomplete="bday-year"' in html
    assert 'inputmode="numeric"' in html


def test_change_is_seen() -> None:
    initial = {"day": date(1989, 7, 14)}
    assert not Birth(parts("14", "7", "1989"), initial=initial).has_changed()
    assert Birth(parts("15", "7", "1989"), initial=initial).has_changed()
