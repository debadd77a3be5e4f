"""The stepped form, once for every téléservice: steps, stored answers, summary, what is left to do.

Answers are stored as plain JSON under ``answers[step][field]``, and read back through the form of the step: there is
one description of a field, its form.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, is_dataclass
from datetime import date
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from parvis.teleservices.places import CommuneField, Place
from parvis.ui.dates import absolute
from parvis.ui.forms import DateField, Form

MAX_STEPS = 8
Answers = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Group:
    """Fields that belong together under one heading, with a line that helps."""

    legend: str | Promise
    fields: tuple[str, ...]
    hint: str | Promise = ""


@dataclass(frozen=True, slots=True)
class Step:
    """One page of questions."""

    slug: str
    title: str | Promise
    form: type[Form]
    groups: tuple[Group, ...] = ()


@dataclass(frozen=True, slots=True)
class Piece:
    """A document to attach: its type in the message, its name for people, whether it may be left out."""

    kind: str
    label: str | Promise
    hint: str | Promise = ""
    required: bool = True


@dataclass(frozen=True, slots=True)
class Journey:
    """A téléservice: its steps, its documents, and how its answers become a deposit."""

    service: str
    steps: Sequence[Step]
    pieces: Sequence[Piece]
    code: str  # short code in numbers: RCO, AEC…
    documents: tuple[str | Promise, ...] = ()
    duration: str | Promise = ""
    titles: tuple[str | Promise, ...] = field(init=False)

    def __post_init__(self) -> None:
        """Refuse a form longer than eight steps: people give up (house rule, and the State's own)."""
        titles = (*(step.title for step in self.steps), _("Pièces à joindre"), _("Récapitulatif"))
        if len(titles) > MAX_STEPS:
            message = f"{self.service}: {len(titles)} steps, at most {MAX_STEPS}"
            raise ValueError(message)
        object.__setattr__(self, "titles", titles)

    def step(self, slug: str) -> Step | None:
        """Return a step by its slug."""
        return next((step for step in self.steps if step.slug == slug), None)

    def position(self, slug: str) -> int:
        """Return the place of a page in the stepper, from 1."""
        slugs = [*(step.slug for step in self.steps), PIECES, SUMMARY]
        return slugs.index(slug) + 1

    def after(self, slug: str) -> str:
        """Return the slug of the next page."""
        slugs = [*(step.slug for step in self.steps), PIECES, SUMMARY]
        return slugs[slugs.index(slug) + 1]

    def before(self, slug: str) -> str:
        """Return the slug of the page before, empty on the first."""
        slugs = [*(step.slug for step in self.steps), PIECES, SUMMARY]
        index = slugs.index(slug)
        return slugs[index - 1] if index else ""

    def first_unfinished(self, answers: Answers) -> str:
        """Return the first step without stored answers: where a resumed draft goes on."""
        return next((step.slug for step in self.steps if step.slug not in answers), PIECES)


PIECES = "pieces"
SUMMARY = "recapitulatif"


def stored(cleaned: Mapping[str, Any]) -> dict[str, Any]:
    """Return cleaned answers as JSON keeps them."""
    return {name: _plain(value) for name, value in cleaned.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    if is_dataclass(value) and not isinstance(value, type):
        return {key: list(item) if isinstance(item, tuple) else item for key, item in asdict(value).items()}
    return value


def typed(form: type[Form], answers: Mapping[str, Any]) -> dict[str, Any]:
    """Return stored answers with their types back: dates, places."""
    return {name: _typed(form.base_fields.get(name), value) for name, value in answers.items()}


def _typed(form_field: forms.Field | None, value: Any) -> Any:
    if isinstance(form_field, DateField) and isinstance(value, str):
        return date.fromisoformat(value)
    if isinstance(form_field, CommuneField) and isinstance(value, dict):
        return Place(value["code"], value["name"], tuple(value.get("postcodes", ())))
    return value


def shown(form_field: forms.Field, value: Any) -> str:
    """Return an answer as people read it."""
    if value in (None, "", []):
        return ""
    if isinstance(value, date):
        return absolute(value)
    if isinstance(value, Place):
        return value.name
    if isinstance(form_field, forms.ChoiceField):
        return str(dict(form_field.choices).get(value, value))  # type: ignore[arg-type] # ours are always pairs
    if isinstance(value, bool):
        return str(_("Oui") if value else _("Non"))
    return str(value)
