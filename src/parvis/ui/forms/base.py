"""The form every page builds on."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from parvis.ui.forms.markup import form_fields

if TYPE_CHECKING:  # exists in the stubs only
    from django.utils.functional import _StrPromise

CHOOSE = _("Choisissez une réponse : « {label} ».")
TICK = _("Cochez la case « {label} » pour continuer.")
ATTACH = _("Ajoutez le fichier « {label} ».")
FILL = _("Remplissez « {label} ».")
UNKNOWN_CHOICE = _("Choisissez une des réponses proposées : « {label} ».")
TOO_SMALL = _("saisissez %(limit_value)s au moins.")
TOO_GREAT = _("saisissez %(limit_value)s au plus.")
TOO_LONG = _("Raccourcissez « {label} » : %(limit_value)d caractères au plus (%(show_value)d saisis).")


class Form(forms.Form):
    """A form whose errors name the field and say what to do, and which draws itself fast.

    Checks happen on the server, whose messages are ours; the browser's own bubbles are left out.
    """

    use_required_attribute = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            _name_in_errors(field, field.label or name)

    def render(self, *_args: Any, **_kwargs: Any) -> SafeString:
        """All the fields, in order, without the `<form>` element."""
        return form_fields(self)

    __str__ = render
    __html__ = render


def _name_in_errors(field: forms.Field, label: str | Promise) -> None:
    """Replace Django's anonymous messages (« Ce champ est obligatoire ») unless the field has its own."""
    generic = forms.Field.default_error_messages["required"]
    if field.error_messages.get("required") is generic:
        field.error_messages["required"] = format_lazy(_required_wording(field), label=label)
    _name_in_limits(field, label)
    if isinstance(field, forms.ChoiceField):
        field.error_messages["invalid_choice"] = format_lazy(UNKNOWN_CHOICE, label=label)
    if isinstance(field, forms.CharField):
        field.error_messages.setdefault("max_length", format_lazy(TOO_LONG, label=str(label).replace("%", "%%")))


def _name_in_limits(field: forms.Field, label: str | Promise) -> None:
    """Put the label before the messages that only say the problem: a summary shows them far from the field."""
    problems = {"min_value": TOO_SMALL, "max_value": TOO_GREAT, "invalid": field.error_messages.get("invalid")}
    for code, problem in problems.items():
        ours = code != "invalid" or problem is getattr(field, "default_error_messages", {}).get("invalid")
        if problem and ours:
            escaped = str(label).replace("%", "%%")
            field.error_messages.setdefault(code, "")
            field.error_messages[code] = format_lazy("{label} : {problem}", label=escaped, problem=problem)


def _required_wording(field: forms.Field) -> "_StrPromise":
    """The verb that fits what the person has to do."""
    if isinstance(field, forms.BooleanField):
        return TICK
    if isinstance(field, forms.ChoiceField):
        return CHOOSE
    return ATTACH if isinstance(field, forms.FileField) else FILL
