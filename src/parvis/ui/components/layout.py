"""The shape of a page: headers, cards, key figures, start page, disclosure."""

from collections.abc import Sequence

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from parvis.ui.components.actions import link_button
from parvis.ui.markup import NOTHING, heading, icon
from parvis.ui.parts import Text


def page_header(title: Text, lead: Text = "", *, kicker: Text = "", level: int = 1) -> SafeString:
    """The title of the page, what it belongs to above, what it is for below."""
    above = format_html('<span class="kicker">{}</span> ', kicker) if kicker else NOTHING
    below = format_html('<p class="lead">{}</p>', lead) if lead else NOTHING
    top = heading(level, format_html("{}{}", above, title), "page-title")
    return format_html('<div class="page-header">{}{}</div>', top, below)


def start_page(
    content: str,
    title: Text,
    *,
    url: str,
    lead: Text = "",
    documents: Sequence[Text] = (),
    duration: Text = "",
    delay: Text = "",
    cost: Text = "",
    label: Text = "",
    level: int = 1,
) -> SafeString:
    """The first page of a démarche: what it does, what to have at hand, how long it takes, the button."""
    facts = (
        (gettext("Durée"), duration, "clock"),
        (gettext("Délai de réponse"), delay, "calendar"),
        (gettext("Coût"), cost, "euro"),
    )
    return format_html(
        '<div class="start-page">{}{}{}{}<div class="action-bar">{}</div></div>',
        page_header(title, lead, level=level),
        _facts([fact for fact in facts if fact[1]]),
        content,
        _documents(documents, level + 1),
        link_button(url, label or gettext("Commencer"), icon_name="arrow"),
    )


def _facts(facts: Sequence[tuple[str, Text, str]]) -> SafeString:
    """Duration, delay and cost, side by side."""
    if not facts:
        return NOTHING
    lines = format_html_join(
        "", "<div><dt>{}{}</dt><dd>{}</dd></div>", ((icon(name), term, value) for term, value, name in facts)
    )
    return format_html('<dl class="start-facts">{}</dl>', lines)


def _documents(documents: Sequence[Text], level: int) -> SafeString:
    """What to have at hand before starting."""
    if not documents:
        return NOTHING
    lines = format_html_join("", "<li>{}</li>", ((document,) for document in documents))
    return format_html("{}<ul>{}</ul>", heading(level, gettext("À avoir sous la main"), "section-title"), lines)


def cards(content: str) -> SafeString:
    """A grid of cards."""
    return format_html('<ul class="cards">{}</ul>', content)


def card(url: str, title: Text, text: Text = "", *, icon_name: str = "", meta: Text = "", level: int = 3) -> SafeString:
    """One card of a grid: the whole card follows its only link."""
    return format_html(
        '<li class="card">{}{}{}{}</li>',
        icon(icon_name, "icon-large") if icon_name else NOTHING,
        heading(level, format_html('<a href="{}">{}</a>', url, title), "card-title"),
        format_html("<p>{}</p>", text) if text else NOTHING,
        format_html('<p class="card-meta">{}</p>', meta) if meta else NOTHING,
    )


def tiles(content: str) -> SafeString:
    """A row of key figures."""
    return format_html('<dl class="tiles">{}</dl>', content)


def tile(value: object, label: Text, hint: Text = "", url: str = "") -> SafeString:
    """One key figure: its name, its value, what to compare it with."""
    name = format_html('<a href="{}">{}</a>', url, label) if url else label
    below = format_html('<dd class="tile-hint">{}</dd>', hint) if hint else NOTHING
    return format_html('<div class="tile"><dt>{}</dt><dd class="tile-value">{}</dd>{}</div>', name, value, below)


def disclosure(content: str, title: Text) -> SafeString:
    """Details that most people do not need, opened by those who do."""
    return format_html('<details class="disclosure"><summary>{}</summary><div>{}</div></details>', title, content)
