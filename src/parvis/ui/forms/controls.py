"""Draw the control itself (input, list, group of choices) of each kind of widget."""

from collections.abc import Callable, Iterable, Mapping

from django import forms
from django.forms import BoundField
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from parvis.ui.forms.dates import PARTS, DateField, DateParts
from parvis.ui.forms.suggest import SuggestParts
from parvis.ui.markup import NOTHING, attributes, classes, escaped, together

Attrs = dict[str, object]
Kind = type[forms.Widget] | tuple[type[forms.Widget], ...]
Drawer = Callable[[BoundField, str | None], SafeString]
GROUPS = (forms.RadioSelect, forms.CheckboxSelectMultiple, DateParts)


def is_group(widget: forms.Widget) -> bool:
    """Whether several inputs answer one question, which then needs a fieldset."""
    return isinstance(widget, GROUPS)


def own_label(widget: forms.Widget) -> bool:
    """Whether the control draws its own label, as a single box to tick does."""
    return isinstance(widget, forms.CheckboxInput)


def target_id(bound: BoundField) -> str:
    """Id of the input an error leads to: the first one, or the part of a date at fault."""
    widget = bound.field.widget
    if isinstance(widget, DateParts):
        wrong = _wrong_parts(bound)
        return f"{bound.auto_id}_{next((part for part in PARTS if part in wrong), PARTS[0])}"
    return f"{bound.auto_id}_0" if is_group(widget) else str(bound.auto_id)


def control(bound: BoundField, described: str | None) -> SafeString:
    """Draw the control; `described` is the value of its `aria-describedby`."""
    widget = bound.field.widget
    for kind, draw in DRAWERS:
        if isinstance(widget, kind):
            return draw(bound, described)
    return bound.as_widget(attrs={"aria-describedby": described} if described else {})


def _common(bound: BoundField, described: str | None, css: str) -> Attrs:
    """The attributes every single control has, the widget's own ones included."""
    own: Attrs = dict(bound.field.widget.attrs)
    own_class = own.pop("class", None)
    return {
        "class": classes(css, str(own_class) if own_class else None) or None,
        "id": bound.auto_id,
        "name": bound.html_name,
        **own,
        "aria-describedby": described,
        "aria-invalid": "true" if bound.errors else None,
        "disabled": bound.field.disabled or None,
    }


def _input(bound: BoundField, described: str | None) -> SafeString:
    """A one-line input of any type."""
    widget = bound.field.widget
    attrs = _common(bound, described, "input")
    attrs = {"type": attrs.pop("type", widget.input_type), **attrs, "value": _value(bound)}
    return format_html("<input{}>", attributes(attrs))


def _hidden(bound: BoundField, _described: str | None) -> SafeString:
    """A hidden input."""
    attrs = {"type": "hidden", "id": bound.auto_id, "name": bound.html_name, "value": _value(bound)}
    return format_html("<input{}>", attributes(attrs))


def _value(bound: BoundField) -> str | None:
    """What the input shows; a password is never sent back."""
    widget = bound.field.widget
    if isinstance(widget, forms.PasswordInput) and not widget.render_value:
        return None
    shown: str | None = widget.format_value(bound.value())
    return shown


def _textarea(bound: BoundField, described: str | None) -> SafeString:
    """Several lines. The line break after the tag is dropped by browsers; without it one typed first is lost."""
    attrs = _common(bound, described, "input textarea")
    return format_html("<textarea{}>\n{}</textarea>", attributes(attrs), _value(bound) or "")


def _select(bound: BoundField, described: str | None) -> SafeString:
    """A drop-down list, with groups when the choices have some."""
    widget = bound.field.widget
    chosen = set(widget.format_value(bound.value()))
    options = together(_options(widget.choices, chosen))
    attrs = {**_common(bound, described, "input select"), "multiple": widget.allow_multiple_selected or None}
    return format_html("<select{}>{}</select>", attributes(attrs), options)


def _options(choices: Iterable[tuple[object, object]], chosen: set[str]) -> Iterable[SafeString]:
    """The options of a list; a group is a choice whose label is itself a list of choices."""
    for value, label in choices:
        if isinstance(label, (list, tuple)):
            yield format_html('<optgroup label="{}">{}</optgroup>', value, together(_options(label, chosen)))
        else:
            text = "" if value is None else str(value)
            mark = " selected" if text in chosen else ""
            # By hand: the page of the parents has four lists of eighty countries.
            line = f'<option value="{escaped(text)}"{mark}>{escaped(label)}</option>'
            yield SafeString(line)


def _choices(bound: BoundField, _described: str | None) -> SafeString:
    """Radio buttons or boxes, one a line; the fieldset around carries the description."""
    widget = bound.field.widget
    chosen = set(widget.format_value(bound.value()) or ())
    hints: Mapping[str, object] = getattr(bound.field, "choice_hints", {})
    kind = "checkbox" if isinstance(widget, forms.CheckboxSelectMultiple) else "radio"
    lines = []
    for index, (value, label) in enumerate(widget.choices):
        attrs: Attrs = {"type": kind, "name": bound.html_name, "value": str(value), "checked": str(value) in chosen}
        attrs["disabled"] = bound.field.disabled or None
        lines.append(_choice(f"{bound.auto_id}_{index}", attrs, label, hints.get(str(value), "")))
    return format_html('<div class="choices">{}</div>', together(lines))


def _choice(identifier: str, attrs: Attrs, label: object, hint: object) -> SafeString:
    """One button or box with its label, and its own hint."""
    described = NOTHING
    if hint:
        attrs["aria-describedby"] = f"{identifier}-hint"
        described = format_html('<span class="hint" id="{}-hint">{}</span>', identifier, hint)
    return format_html(
        '<div class="choice"><input{}><label for="{}">{}</label>{}</div>',
        attributes({"id": identifier, **attrs}),
        identifier,
        label,
        described,
    )


def _checkbox(bound: BoundField, described: str | None) -> SafeString:
    """A single box, its label beside it."""
    widget = bound.field.widget
    value = bound.value()
    attrs = {"type": "checkbox", **_common(bound, described, ""), "checked": widget.check_test(value)}
    optional = (
        NOTHING if bound.field.required else format_html(' <span class="optional">{}</span>', gettext("(facultatif)"))
    )
    return format_html(
        '<div class="choice"><input{}><label for="{}">{}{}</label></div>',
        attributes(attrs),
        bound.auto_id,
        conditional_escape(bound.label),
        optional,
    )


def _date(bound: BoundField, _described: str | None) -> SafeString:
    """Day, month and year; only the parts at fault are marked invalid."""
    value = bound.value()
    widget: DateParts = bound.field.widget
    typed = value if isinstance(value, list) else widget.decompress(value)
    wrong = _wrong_parts(bound)
    birth = isinstance(bound.field, DateField) and bound.field.birth
    parts = []
    for part, text in zip(PARTS, typed, strict=True):
        attrs: Attrs = {
            "class": f"input input-{part}",
            "type": "text",
            "id": f"{bound.auto_id}_{part}",
            "name": f"{bound.html_name}_{part}",
            "inputmode": "numeric",
            "autocomplete": f"bday-{part}" if birth else "off",
            "value": text or None,
            "aria-invalid": "true" if part in wrong else None,
            "disabled": bound.field.disabled or None,
        }
        label = widget.labels[part]
        parts.append(
            format_html('<div><label for="{}">{}</label><input{}></div>', attrs["id"], label, attributes(attrs))
        )
    return format_html('<div class="date-parts">{}</div>', together(parts))


def _wrong_parts(bound: BoundField) -> tuple[str, ...]:
    """Parts of a date named by its errors; all of them when the errors name none."""
    if not bound.errors:
        return ()
    named = tuple(part for error in bound.errors.as_data() for part in (error.params or {}).get("parts", ()))
    return named or PARTS


def _file(bound: BoundField, described: str | None) -> SafeString:
    """A file, and the progress bar that the script shows while it is sent."""
    attrs = {"type": "file", **_common(bound, described, "input file"), "data-upload": True}
    label = gettext("Envoi du fichier")
    return format_html(
        '<input{}><progress class="upload" max="100" value="0" aria-label="{}" hidden></progress>',
        attributes(attrs),
        label,
    )


def _suggest(bound: BoundField, described: str | None) -> SafeString:
    """A text input with the address of its suggestions, and the hidden code they fill in."""
    widget: SuggestParts = bound.field.widget
    value = bound.value()
    text, code = value if isinstance(value, list) else widget.decompress(value)
    attrs = {"type": "text", **_common(bound, described, "input"), "value": text, "autocomplete": "off"}
    attrs["data-suggest-url"] = widget.url
    attrs["data-suggest-found"] = gettext("propositions : flèches pour choisir, Entrée pour valider.")
    attrs["data-suggest-code"] = f"{bound.auto_id}_code"
    hidden = {"type": "hidden", "id": f"{bound.auto_id}_code", "name": f"{bound.html_name}_code", "value": code}
    return format_html('<div class="suggest"><input{}><input{}></div>', attributes(attrs), attributes(hidden))


# The first kind that fits wins: Django's widgets inherit from one another.
DRAWERS: tuple[tuple[Kind, Drawer], ...] = (
    (forms.HiddenInput, _hidden),
    ((forms.RadioSelect, forms.CheckboxSelectMultiple), _choices),
    (forms.Select, _select),
    (forms.CheckboxInput, _checkbox),
    (forms.Textarea, _textarea),
    (DateParts, _date),
    (SuggestParts, _suggest),
    (forms.FileInput, _file),
    (forms.widgets.Input, _input),
)
