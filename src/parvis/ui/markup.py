"""The few primitives every component is built from: attributes, icons, joined fragments.

Components are written in Python rather than in templates because a page shows hundreds of them: `format_html`
escapes every argument and costs microseconds, where an included template costs tenths of a millisecond.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import cast

from django.templatetags.static import static
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString

NOTHING = SafeString("")
# Takes anything, as `format_html` does of its arguments; the stubs only know of texts.
escaped = cast("Callable[[object], SafeString]", conditional_escape)


def attributes(values: Mapping[str, object]) -> SafeString:
    """Write HTML attributes, each preceded by a space. True gives a bare attribute; None and False give none."""
    return SafeString("".join(_attribute(name, value) for name, value in values.items()))


def _attribute(name: str, value: object) -> str:
    """One attribute, or nothing. A page has hundreds: the escaping of `format_html`, without its parsing."""
    if value is None or value is False:
        return ""
    safe_name = escaped(name)
    return f" {safe_name}" if value is True else f' {safe_name}="{escaped(value)}"'


def together(fragments: Iterable[object]) -> SafeString:
    """Join fragments; whatever is not already safe HTML is escaped."""
    return SafeString("".join(map(escaped, fragments)))


def icon(name: str, extra: str = "") -> SafeString:
    """Draw one symbol of the sprite. Always decorative: the words beside it carry the meaning."""
    return format_html(
        '<svg class="icon{}" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>',
        f" {extra}" if extra else "",
        static("ui/icons.svg"),
        name,
    )


def hidden_text(text: object) -> SafeString:
    """Words for those who listen to the page, where the eye has an icon or a position."""
    return format_html('<span class="visually-hidden">{}</span>', text)


def classes(*names: str | None) -> str:
    """Join class names and drop the empty ones."""
    return " ".join(name for name in names if name)


def heading(level: int, text: object, css: str = "") -> SafeString:
    """A heading of the given level (1 to 6), so that a component fits the outline of any page."""
    if level not in range(1, 7):
        message = f"heading level {level} is not between 1 and 6"
        raise ValueError(message)
    return format_html("<h{0}{1}>{2}</h{0}>", level, attributes({"class": css or None}), text)
