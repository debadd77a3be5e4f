"""Refusals in the language of the person who reads the page. Machines read French (docs/adr/0009-words.md)."""

from datetime import date
from typing import Any

from django.utils.formats import date_format, number_format
from django.utils.translation import get_language, gettext

from parvis.core.errors import DomainError, Problem, Size


def said(refusal: DomainError | Problem) -> str:
    """Say a refusal in the active language, values included: dates, sizes, names of steps."""
    problem = refusal.problem if isinstance(refusal, DomainError) else refusal
    if (get_language() or "fr").startswith("fr"):
        return problem.message
    sentence = gettext(problem.sentence)
    return sentence % {name: _said(value) for name, value in problem.params.items()} if problem.params else sentence


def tell(form: Any, refusal: DomainError, *, elsewhere: str | None = None) -> None:
    """Say every problem of a refusal on the form it is about: on its field, or on ``elsewhere`` (the whole form)."""
    for problem in refusal.problems:
        form.add_error(problem.field if problem.field in form.fields else elsewhere, said(problem))


def _said(value: object) -> str:
    if isinstance(value, date):
        return date_format(value, "j F Y")
    if isinstance(value, Size):
        unit = gettext("%(n)s Mo") if value.is_mega else gettext("%(n)s Ko")
        return unit % {"n": number_format(value.amount)}
    return str(value)
