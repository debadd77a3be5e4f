"""A text answered with the help of suggestions (a commune, an organisation), which still works as plain text."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from parvis.ui.forms.fields import Conditional, Text, worded

LONGEST = 200


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What was typed, and the code of the suggestion chosen. Without JavaScript the code stays empty.

    The code comes from the browser: the page looks it up, or looks up the text when there is no code.
    """

    text: str
    code: str = ""


class SuggestParts(forms.MultiWidget):
    """A visible text and a hidden code; drawn by `forms.markup`."""

    def __init__(self, url: Text = "") -> None:
        self.url = url
        super().__init__({"": forms.TextInput(), "code": forms.HiddenInput()})

    def decompress(self, value: Any) -> list[str]:
        """Split a suggestion into text and code."""
        return [value.text, value.code] if isinstance(value, Suggestion) else ["", ""]


class SuggestField(Conditional, forms.Field):
    """Returns a Suggestion. `url` answers `?q=` with JSON: `[{"code": "35238", "label": "Rennes", "hint": "35"}]`."""

    def __init__(self, *, url: str | Text, missing: Text = "", hint: Text = "", **options: Any) -> None:
        super().__init__(**worded(missing, hint, {"widget": SuggestParts(url), **options}))

    def to_python(self, value: Any) -> Suggestion | None:
        """Read text and code; an absurdly long text is refused before any look-up."""
        if isinstance(value, Suggestion) or not value:
            return value or None
        text, code = ((part or "").strip() for part in value)
        if len(text) > LONGEST or len(code) > LONGEST:
            raise ValidationError(self.error_messages["required"], code="long")
        return Suggestion(text, code) if text else None

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Compare what was typed with what was shown."""
        shown = [initial.text, initial.code] if isinstance(initial, Suggestion) else ["", ""]
        return bool([part or "" for part in data or ["", ""]] != shown)
