"""What people press: buttons, links drawn as buttons, the bar that holds them."""

from typing import Literal

from django.utils.html import format_html
from django.utils.safestring import SafeString

from parvis.ui.markup import NOTHING, attributes, classes, hidden_text, icon
from parvis.ui.parts import Text

Variant = Literal["primary", "secondary", "danger", "plain"]
VARIANTS = ("primary", "secondary", "danger", "plain")


def button(
    label: Text,
    variant: str = "primary",
    *,
    name: str = "",
    value: str = "",
    icon_name: str = "",
    form: str = "",
    context: Text = "",
) -> SafeString:
    """A button that submits its form. `context` completes the label for screen readers: « Retirer » « la pièce 2 »."""
    attrs = {"type": "submit", "class": _css(variant), "name": name or None, "value": value if name else None}
    return format_html(
        "<button{}>{}{}{}</button>", attributes({**attrs, "form": form or None}), *_inside(label, icon_name, context)
    )


def link_button(
    url: str, label: Text, variant: str = "primary", *, icon_name: str = "", context: Text = "", download: bool = False
) -> SafeString:
    """A link that looks like a button, for going somewhere; use `button` for doing something."""
    attrs = attributes({"class": _css(variant), "href": url, "download": download})
    return format_html("<a{}>{}{}{}</a>", attrs, *_inside(label, icon_name, context))


def action_bar(content: str) -> SafeString:
    """The row of buttons that ends a form or opens a case: primary first."""
    return format_html('<div class="action-bar">{}</div>', content)


def _css(variant: str) -> str:
    """The classes of a variant."""
    if variant not in VARIANTS:
        message = f"unknown button variant {variant!r}: choose one of {', '.join(VARIANTS)}"
        raise ValueError(message)
    return classes("button", f"button-{variant}" if variant != "primary" else None)


def _inside(label: Text, icon_name: str, context: Text) -> tuple[Text, ...]:
    """Icon, words, and words said only aloud."""
    aloud = format_html(" {}", hidden_text(context)) if context else NOTHING
    drawn = icon(icon_name) if icon_name else NOTHING
    # An arrow leads onward: it follows the words, every other icon precedes them.
    return (label, aloud, drawn) if icon_name == "arrow" else (drawn, label, aloud)
