"""How people find their way: breadcrumb, side navigation, tabs, pages of results, steps of a form."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.core.paginator import Page
from django.http import QueryDict
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from parvis.ui.markup import NOTHING, attributes, heading, hidden_text, icon, together
from parvis.ui.parts import NavGroup, NavItem, Text

MOST_STEPS = 8  # a form longer than this is cut into several
AROUND = 1  # page numbers shown on each side of the current one


def breadcrumb(*trail: Text) -> SafeString:
    """The way here: label and address in turn, then the label of this page alone."""
    *ancestors, here = trail
    if len(ancestors) % 2:
        raise ValueError("breadcrumb takes label and address in turn, then the label of the page")
    pairs = zip(ancestors[::2], ancestors[1::2], strict=True)
    links = format_html_join("", '<li><a href="{1}">{0}</a></li>', pairs)
    return format_html(
        '<nav class="breadcrumb" aria-label="{}"><ol>{}<li aria-current="page">{}</li></ol></nav>',
        gettext("Fil d’Ariane"),
        links,
        here,
    )


def side_navigation(entries: Sequence[NavItem | NavGroup], label: Text = "") -> SafeString:
    """Links beside the content, grouped or not."""
    return format_html(
        '<nav class="side-nav" aria-label="{}"><ul>{}</ul></nav>',
        label or gettext("Navigation de la rubrique"),
        together(_side_entry(entry) for entry in entries),
    )


def _side_entry(entry: NavItem | NavGroup) -> SafeString:
    """A link, or a title above its links."""
    if isinstance(entry, NavItem):
        return _nav_item(entry)
    inner = together(_nav_item(item) for item in entry.items)
    return format_html('<li><p class="side-nav-title">{}</p><ul>{}</ul></li>', entry.title, inner)


def _nav_item(item: NavItem) -> SafeString:
    """One link, its count, and whether it is the current page."""
    attrs = attributes({"href": item.url, "aria-current": "page" if item.current else None})
    count = NOTHING if item.count is None else format_html(' <span class="count">{}</span>', item.count)
    return format_html("<li><a{}>{}{}</a></li>", attrs, item.label, count)


def tabs(items: Iterable[NavItem], label: Text) -> SafeString:
    """Views of the same list, as links: saved views of an inbox, states of a table."""
    inner = together(_nav_item(item) for item in items)
    return format_html('<nav class="tabs" aria-label="{}"><ul>{}</ul></nav>', label, inner)


def stepper(current: int, total: int, title: Text, next_title: Text = "", *, level: int = 1) -> SafeString:
    """Where one is in a form: « Étape 2 sur 6 », the name of the step, the name of the next."""
    if not 1 <= current <= total <= MOST_STEPS:
        message = f"step {current} of {total}: a form has 1 to {MOST_STEPS} steps"
        raise ValueError(message)
    count = gettext("Étape %(current)d sur %(total)d") % {"current": current, "total": total}
    marks = together(
        SafeString('<i class="done"></i>' if n < current else '<i class="now"></i>' if n == current else "<i></i>")
        for n in range(1, total + 1)
    )
    after = (
        format_html('<p class="stepper-next">{} {}</p>', gettext("Étape suivante :"), next_title)
        if next_title
        else NOTHING
    )
    return format_html(
        '<div class="stepper">{}<div class="stepper-bar" aria-hidden="true">{}</div>{}</div>',
        heading(level, format_html('<span class="kicker">{}</span> {}', count, title)),
        marks,
        after,
    )


def pagination(page: Page[Any], query: QueryDict, parameter: str = "page") -> SafeString:
    """Links to the other pages of results, the rest of the address kept. Nothing when there is one page."""
    last = page.paginator.num_pages
    if last <= 1:
        return NOTHING
    before = _page_link(query, parameter, page.number - 1, "previous") if page.has_previous() else NOTHING
    after = _page_link(query, parameter, page.number + 1, "next") if page.has_next() else NOTHING
    numbers = together(_page_number(query, parameter, number, page.number) for number in _numbers(page.number, last))
    return format_html(
        '<nav class="pagination" aria-label="{}"><ul>{}{}{}</ul></nav>',
        gettext("Pages de résultats"),
        before,
        numbers,
        after,
    )


def _numbers(current: int, last: int) -> Iterable[int]:
    """First, last, and those around the current page; 0 stands for a gap."""
    kept = sorted({1, last, *range(max(1, current - AROUND), min(last, current + AROUND) + 1)})
    previous = 0
    for number in kept:
        if number - previous > 1:
            yield 0
        yield number
        previous = number


def _address(query: QueryDict, parameter: str, number: int) -> str:
    """The same address, another page."""
    changed = query.copy()
    changed[parameter] = str(number)
    return f"?{changed.urlencode()}"


def _page_link(query: QueryDict, parameter: str, number: int, direction: str) -> SafeString:
    """The link to the previous or next page."""
    label = gettext("Précédent") if direction == "previous" else gettext("Suivant")
    arrow = icon("arrow", f"icon-{direction}")
    inside = (arrow, label) if direction == "previous" else (label, arrow)
    attrs = attributes(
        {
            "class": direction,
            "rel": "prev" if direction == "previous" else "next",
            "href": _address(query, parameter, number),
        }
    )
    return format_html("<li><a{}>{}{}{}</a></li>", attrs, *inside, hidden_text(gettext("(page %(n)d)") % {"n": number}))


def _page_number(query: QueryDict, parameter: str, number: int, current: int) -> SafeString:
    """The link to a page by its number, or the mark of a gap."""
    if not number:
        return SafeString('<li class="gap">…</li>')
    attrs = {"href": _address(query, parameter, number), "aria-current": "page" if number == current else None}
    return format_html("<li><a{}>{}{}</a></li>", attributes(attrs), hidden_text(gettext("Page")), f" {number}")
