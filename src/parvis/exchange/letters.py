"""The letter that answers a case: a text written once, its fields replaced by what the case says, in a tagged PDF."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from django.utils import translation
from django.utils.formats import date_format

from parvis.core import typeset

TEMPLATE = Path(__file__).with_name("reply.typ")
_FIELD = re.compile(r"\{([^{}]*)\}")
# What may stand between braces in a text, in the words of who writes it.
FIELDS = ("prénom", "nom", "numéro", "date", "mairie")


@dataclass(frozen=True, slots=True)
class Addressee:
    """What a letter says of its case. ``day`` is the day that the letter bears."""

    first_name: str
    last_name: str
    number: str
    town: str
    day: date

    @property
    def fields(self) -> Mapping[str, str]:
        """The value of each field."""
        with translation.override("fr"):
            said = date_format(self.day, "j F Y")
        values = (self.first_name, self.last_name, self.number, said, self.town)
        return dict(zip(FIELDS, values, strict=True))


def unknown_fields(*texts: str) -> list[str]:
    """Return the names between braces that mean nothing, in order, each once."""
    found = (name for text in texts for name in _FIELD.findall(text))
    return list(dict.fromkeys(name for name in found if name not in FIELDS))


def filled(text: str, fields: Mapping[str, str]) -> str:
    """Return a text with its fields replaced, once: a name that holds braces stays as it is."""
    return _FIELD.sub(lambda match: fields.get(match[1], match[0]), text)


def letter(subject: str, body: str, to: Addressee) -> bytes:
    """Return the PDF. Paragraphs are separated by an empty line."""
    fields = to.fields
    paragraphs = [part.strip().splitlines() for part in re.split(r"\n\s*\n", filled(body, fields)) if part.strip()]
    data = {
        "title": filled(subject, fields),
        "town": to.town,
        "date": fields["date"],
        "name": f"{to.first_name} {to.last_name}".strip(),
        "number": to.number,
        "paragraphs": paragraphs,
    }
    return typeset.render(TEMPLATE, data)
