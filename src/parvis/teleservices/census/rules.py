"""Pure rules of the recensement citoyen: who must register, when, and what to tell them."""

import calendar
from dataclasses import dataclass
from datetime import date
from typing import Literal

from parvis.core.errors import Problems

MIN_AGE = 16
END_AGE = 25
WINDOW_MONTHS = 3
ACQUIRED_WINDOW_MONTHS = 1

Timing = Literal["too_early", "on_time", "late", "too_old"]
Sex = Literal["1", "2"]  # 1 masculine, 2 feminine: the codes of the 10870 message


@dataclass(frozen=True, slots=True)
class Situation:
    """What the rules look at. ``french_since`` is None for someone French by birth."""

    born_on: date
    is_french: bool
    sex: str
    french_since: date | None = None


def add_years(day: date, years: int) -> date:
    """Return the anniversary. Born on 29 February, one comes of age on 1 March of a common year."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)


def end_of_month_after(day: date, months: int) -> date:
    """Return the last day of the month that comes ``months`` later."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    return date(year, month + 1, calendar.monthrange(year, month + 1)[1])


def window(situation: Situation) -> tuple[date, date]:
    """Return the first and last day to register on time.

    From the sixteenth birthday to the end of the third month that follows (art. R*111-1); for someone who became
    French between 16 and 25, from that day to the end of the month that follows (art. R*111-2).
    """
    sixteenth = add_years(situation.born_on, MIN_AGE)
    if situation.french_since and situation.french_since > sixteenth:
        return situation.french_since, end_of_month_after(situation.french_since, ACQUIRED_WINDOW_MONTHS)
    return sixteenth, end_of_month_after(sixteenth, WINDOW_MONTHS)


def timing(situation: Situation, today: date) -> Timing:
    """Tell where a person stands on a given day. Registering late is possible before 25 (art. L113-5)."""
    first, last = window(situation)
    if today >= add_years(situation.born_on, END_AGE):
        return "too_old"
    if today < first:
        return "too_early"
    return "on_time" if today <= last else "late"


def check(situation: Situation, today: date, problems: Problems) -> None:
    """Note why this person cannot register today, each time with what to do instead."""
    if situation.sex not in ("1", "2"):
        problems.add("sex_missing", "Indiquez le sexe inscrit sur l’acte de naissance.", field="sexe")
    if not situation.is_french:
        problems.add(
            "not_french",
            "Le recensement citoyen concerne uniquement les personnes de nationalité française. Si vous devenez "
            "français avant 25 ans, vous pourrez vous faire recenser à ce moment-là.",
            field="francais",
        )
    if situation.born_on > today:
        problems.add("born_in_future", "La date de naissance doit être dans le passé.", field="date_naissance")
        return
    if situation.french_since and not situation.born_on <= situation.french_since <= today:
        problems.add(
            "french_since_impossible",
            "La date d’acquisition de la nationalité doit être comprise entre la naissance et aujourd’hui.",
            field="francais_depuis",
        )
        return
    match timing(situation, today):
        case "too_early":
            first, _ = window(situation)
            problems.add(
                "too_young",
                "Vous pourrez vous faire recenser à partir de vos %(age)s ans, le %(day)s. Revenez à partir de cette "
                "date.",
                field="date_naissance",
                params={"age": MIN_AGE, "day": first},
            )
        case "too_old":
            problems.add(
                "too_old",
                "À partir de %(age)s ans, le recensement n’est plus possible ni nécessaire. Si un organisme vous "
                "demande un justificatif, adressez-vous au centre du service national de votre lieu de naissance.",
                field="date_naissance",
                params={"age": END_AGE},
            )
