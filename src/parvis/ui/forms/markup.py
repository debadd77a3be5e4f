"""Draw form fields: label above, hint, error, control, linked by `aria-describedby` (hint and error both kept).

Works for any Django form, ours or a library's. A widget unknown here is drawn by Django itself.
"""

from collections.abc import Iterable

from django import forms
from django.forms import BoundField
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from parvis.ui.forms.controls import control, is_group, own_label, target_id
from parvis.ui.forms.fields import FileField
from parvis.ui.markup import NOTHING, attributes, classes, heading, hidden_text, icon, together

__all__ = ["error_summary", "field", "form_fields", "required_note"]


def field(bound: BoundField) -> SafeString:
    """Draw one field, whole."""
    widget = bound.field.widget
    if widget.is_hidden:
        return control(bound, None)
    hint, errors = _hint(bound), _errors(bound)
    described = " ".join(_described_by(bound, hint=bool(hint), errors=bool(errors))) or None
    css = classes("field", "field-invalid" if errors else None)
    if own_label(widget):  # a single box: its label stands beside it
        return format_html('<div class="{}">{}{}{}</div>', css, errors, control(bound, described), hint)
    if is_group(widget):
        return format_html(
            '<div class="{}"><fieldset{}><legend class="label">{}</legend>{}{}{}</fieldset></div>',
            css,
            attributes({"aria-describedby": described}),
            _label_text(bound),
            hint,
            errors,
            control(bound, described),
        )
    label = format_html('<label class="label" for="{}">{}</label>', target_id(bound), _label_text(bound))
    return format_html('<div class="{}">{}{}{}{}</div>', css, label, hint, errors, control(bound, described))


def form_fields(form: forms.BaseForm) -> SafeString:
    """Draw every field of a form, hidden ones included."""
    return together(field(bound) for bound in form)


def required_note() -> SafeString:
    """The sentence that stands at the top of every form."""
    return format_html(
        '<p class="required-note">{}</p>', gettext("Sauf mention contraire, tous les champs sont obligatoires.")
    )


def error_summary(*all_forms: forms.BaseForm | None, level: int = 2) -> SafeString:
    """List every error with a link to its field; nothing when there is none. Takes the focus once shown."""
    lines = [line for form in all_forms if form is not None for line in _summary_lines(form)]
    if not lines:
        return NOTHING
    title = gettext("Il y a une erreur à corriger") if len(lines) == 1 else gettext("Il y a des erreurs à corriger")
    return format_html(
        '<div class="notice notice-error error-summary" role="alert" tabindex="-1" data-focus>{}'
        '<div class="notice-body">{}<ul>{}</ul></div></div>',
        icon("error"),
        heading(level, title, "notice-title"),
        together(lines),
    )


def _summary_lines(form: forms.BaseForm) -> Iterable[SafeString]:
    """One line for each error, those of the whole form first."""
    for message in form.non_field_errors():
        yield format_html("<li>{}</li>", message)
    for name, messages in form.errors.items():
        if name not in form.fields:
            continue
        bound = form[name]
        for message in messages:
            if bound.is_hidden:  # nothing on the page to go to
                yield format_html("<li>{}</li>", message)
            else:
                yield format_html('<li><a href="#{}">{}</a></li>', target_id(bound), message)


def _label_text(bound: BoundField) -> SafeString:
    """The label; optional fields say so, since required is the rule. A conditional one says when in its label."""
    if bound.field.required or bound.field.disabled or getattr(bound.field, "conditional", False):
        return conditional_escape(bound.label)
    return format_html('{} <span class="optional">{}</span>', bound.label, gettext("(facultatif)"))


def _hint(bound: BoundField) -> SafeString:
    """The hint, completed by the limits of a file."""
    words: list[object] = [bound.help_text] if bound.help_text else []
    if isinstance(bound.field, FileField):
        words.append(bound.field.limits())
    if not words:
        return NOTHING
    text = format_html_join(" ", "{}", ((word,) for word in words))
    return format_html('<p class="hint" id="{}-hint">{}</p>', bound.auto_id, text)


def _errors(bound: BoundField) -> SafeString:
    """The errors of a field, in one paragraph each, announced as errors and not only coloured."""
    messages = bound.errors
    if not messages:
        return NOTHING
    prefix = hidden_text(gettext("Erreur :"))
    lines = together(format_html("<p>{}{} {}</p>", icon("error"), prefix, message) for message in messages)
    return format_html('<div class="field-error" id="{}-error">{}</div>', bound.auto_id, lines)


def _described_by(bound: BoundField, *, hint: bool, errors: bool) -> Iterable[str]:
    """Ids of what describes the control, in reading order."""
    if hint:
        yield f"{bound.auto_id}-hint"
    if errors:
        yield f"{bound.auto_id}-error"
