"""Forms: every field names itself in its errors, and is drawn by our own markup, the same with or without JavaScript.

Build a form from `Form` and the fields below; draw it with `{% field form.name %}` or `{% form_fields form %}`.
"""

from parvis.ui.forms.base import Form
from parvis.ui.forms.dates import DateField
from parvis.ui.forms.fields import (
    CheckField,
    ChecksField,
    EmailField,
    FileField,
    LongTextField,
    NumberField,
    PhoneField,
    RadioField,
    SelectField,
    TextField,
)
from parvis.ui.forms.suggest import SuggestField, Suggestion

__all__ = [
    "CheckField",
    "ChecksField",
    "DateField",
    "EmailField",
    "FileField",
    "Form",
    "LongTextField",
    "NumberField",
    "PhoneField",
    "RadioField",
    "SelectField",
    "SuggestField",
    "Suggestion",
    "TextField",
]
