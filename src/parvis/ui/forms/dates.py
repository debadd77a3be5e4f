"""A date asked as day, month and year: quicker to type and clearer than a calendar, above all for a birth date."""

from datetime import date
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.dates import MONTHS
from django.utils.text import format_lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from parvis.ui.dates import absolute
from parvis.ui.forms.fields import Conditional, Text, worded

PARTS = ("day", "month", "year")
LAST_DAY, LAST_MONTH = 31, 12
YEAR_DIGITS = 4
MISSING_PARTS = {
    ("day",): _("saisissez le jour"),
    ("month",): _("saisissez le mois"),
    ("year",): _("saisissez l’année"),
    ("day", "month"): _("saisissez le jour et le mois"),
    ("day", "year"): _("saisissez le jour et l’année"),
    ("month", "year"): _("saisissez le mois et l’année"),
}
# Accepted when typed in letters; « août » may come without its accent.
MONTH_NAMES = [
    "janvier",
    "fevrier",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "aout",
    "septembre",
    "octobre",
    "novembre",
    "decembre",
]
UNACCENTED = str.maketrans("éèêàâûùôîïç", "eeeaauuoiic")


class DateParts(forms.MultiWidget):
    """Three short text inputs; drawn by `forms.markup` inside a fieldset."""

    labels: ClassVar[dict[str, Text]] = {"day": _("Jour"), "month": _("Mois"), "year": _("Année")}

    def __init__(self) -> None:
        super().__init__({part: forms.TextInput() for part in PARTS})

    def decompress(self, value: Any) -> list[str]:
        """Split a date into what the three inputs show."""
        return parts_of(value) if isinstance(value, date) else ["", "", ""]


def parts_of(day: date) -> list[str]:
    """Day, month and year as people type them."""
    return [str(day.day), str(day.month), f"{day.year:04d}"]


class DateField(Conditional, forms.Field):
    """Returns a date; its errors say which part is missing or impossible.

    `birth=True` lets the browser fill in the person's own birth date. `earliest` and `latest` bound the answer;
    `past=True` refuses tomorrow and later.
    """

    widget = DateParts

    def __init__(
        self,
        *,
        missing: Text = "",
        hint: Text = "",
        birth: bool = False,
        past: bool = False,
        earliest: date | None = None,
        latest: date | None = None,
        **options: Any,
    ) -> None:
        self.birth, self.past, self.earliest, self.latest = birth, past or birth, earliest, latest
        super().__init__(**worded(missing, hint, options))

    def to_python(self, value: Any) -> date | None:
        """Read the three parts, or refuse with the parts at fault."""
        if isinstance(value, date) or not value:
            return value or None
        typed = dict(zip(PARTS, ((part or "").strip() for part in value), strict=True))
        absent = tuple(part for part in PARTS if not typed[part])
        if absent == PARTS:
            return None
        if absent:
            raise self._error(MISSING_PARTS[absent], "incomplete", absent)
        day, month, year = self._day(typed["day"]), self._month(typed["month"]), self._year(typed["year"])
        try:
            return date(year, month, day)
        except ValueError:
            shown = f"{day} {MONTHS[month]} {year}"
            problem = gettext("le %(date)s n’existe pas, vérifiez le jour et le mois") % {"date": shown}
            raise self._error(problem, "impossible", ("day", "month")) from None

    def validate(self, value: Any) -> None:
        """Check that the answer is there and within bounds."""
        super().validate(value)
        if value is None:
            return
        latest = min(
            (bound for bound in (self.latest, timezone.localdate() if self.past else None) if bound), default=None
        )
        if self.past and latest and value > latest == timezone.localdate():
            raise self._error(_("saisissez une date déjà passée"), "future", PARTS)
        if latest and value > latest:
            problem = gettext("saisissez une date qui ne dépasse pas le %(date)s") % {"date": absolute(latest)}
            raise self._error(problem, "late", PARTS)
        if self.earliest and value < self.earliest:
            problem = gettext("saisissez une date à partir du %(date)s") % {"date": absolute(self.earliest)}
            raise self._error(problem, "early", PARTS)

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Compare what was typed with what was shown."""
        shown = parts_of(initial) if isinstance(initial, date) else list(initial or ["", "", ""])
        return [str(part or "").strip() for part in data or ["", "", ""]] != shown

    def _day(self, text: str) -> int:
        """A day is a number from 1 to 31; « 1er » is how people write the first."""
        number = _number(text.lower().removesuffix("er"))
        if number is None or not 1 <= number <= LAST_DAY:
            raise self._error(_("le jour doit être un nombre entre 1 et 31"), "day", ("day",))
        return number

    def _month(self, text: str) -> int:
        """A month is a number from 1 to 12, or its name in French or in the language of the page."""
        name = text.lower().translate(UNACCENTED)
        shown = {str(month).lower(): number for number, month in MONTHS.items()}
        number = MONTH_NAMES.index(name) + 1 if name in MONTH_NAMES else shown.get(name, _number(text))
        if number is None or not 1 <= number <= LAST_MONTH:
            raise self._error(_("le mois doit être un nombre entre 1 et 12"), "month", ("month",))
        return number

    def _year(self, text: str) -> int:
        """A year has four digits: guessing the century of « 27 » would put people a hundred years off."""
        number = _number(text)
        if number is None or len(text) != YEAR_DIGITS or number == 0:
            raise self._error(_("l’année doit comporter 4 chiffres, par exemple 1984"), "year", ("year",))
        return number

    def _error(self, problem: Text, code: str, parts: tuple[str, ...]) -> ValidationError:
        """Name the field, then the problem; `parts` tells the markup which inputs to mark."""
        message = format_lazy("{label} : {problem}.", label=self.label or _("Date"), problem=problem)
        return ValidationError(str(message).replace("%", "%%"), code=code, params={"parts": parts})


def _number(text: str) -> int | None:
    """Plain digits only: int() would also take « +3 », « 1_0 » and other scripts' digits."""
    return int(text) if text.isascii() and text.isdigit() else None
