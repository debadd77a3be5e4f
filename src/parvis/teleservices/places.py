"""A commune as people name it in a form."""

from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from parvis.directory import queries as directory
from parvis.ui.forms import SuggestField, Suggestion

MANY = 5


@dataclass(frozen=True, slots=True)
class Place:
    """A commune that exists: INSEE code, name, postcodes."""

    code: str
    name: str
    postcodes: tuple[str, ...] = ()


class CommuneField(SuggestField):
    """A commune, typed by name or postcode. Returns a Place.

    Works without JavaScript: the text alone is enough when it names one commune; otherwise the error lists the
    communes it could be, with their postcodes, so that the person can say which.
    """

    def __init__(self, **options: Any) -> None:
        options.setdefault("hint", _("Par exemple : Rennes, 35000 ou Saint-Étienne."))
        super().__init__(url=reverse_lazy("suggest_communes"), **options)

    def clean(self, value: Any) -> Any:
        """Return the commune, or None when nothing was typed and nothing was required."""
        typed = super().clean(value)
        return self._resolve(typed) if isinstance(typed, Suggestion) else None

    def prepare_value(self, value: Any) -> Any:
        """Show a stored commune as what one types."""
        if isinstance(value, dict):
            return Suggestion(value.get("name", ""), value.get("code", ""))
        return value

    def _resolve(self, typed: Suggestion) -> Place:
        if typed.code:
            chosen = directory.commune(typed.code)
            if chosen and typed.text.casefold().startswith(chosen.name.casefold()):
                return Place(chosen.code, chosen.name, tuple(chosen.postcodes))
        found = directory.search_communes(typed.text, limit=MANY + 1)
        exact = [c for c in found if c.name.casefold() == typed.text.casefold()]
        candidates = exact or found
        if not candidates:
            raise ValidationError(
                _("Nous ne trouvons pas de commune « %(text)s ». Vérifiez l’orthographe ou saisissez le code postal."),
                code="unknown_commune",
                params={"text": typed.text},
            )
        if len(candidates) > 1:
            names = ", ".join(f"{c.name} ({(c.postcodes or [c.code])[0]})" for c in candidates[:MANY])
            raise ValidationError(
                _("Plusieurs communes correspondent : %(names)s. Saisissez le code postal de la vôtre."),
                code="ambiguous_commune",
                params={"names": names},
            )
        return Place(candidates[0].code, candidates[0].name, tuple(candidates[0].postcodes))
