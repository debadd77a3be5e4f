"""Facts in order: summary lists, tables, files, timeline, stat bar."""

from collections.abc import Iterable, Sequence

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext

from parvis.ui.components.messages import TONE_ICONS, check_tone
from parvis.ui.dates import when
from parvis.ui.markup import NOTHING, attributes, classes, hidden_text, icon, together
from parvis.ui.parts import Column, Entry, FileItem, Node, Row, Table, Text
from parvis.ui.sizes import say_size


def count_words(count: int) -> str:
    """How many results, in words."""
    if not count:
        return gettext("Aucun résultat")
    return ngettext("%(n)d résultat", "%(n)d résultats", count) % {"n": count}


def summary(content: str) -> SafeString:
    """A summary list written in the template, with one `row` a line."""
    return format_html('<dl class="summary">{}</dl>', content)


def row(term: Text, value: object, change_url: str = "") -> SafeString:
    """One line of a summary list; an unanswered question says so instead of leaving a hole."""
    unanswered = value is None or value == ""
    shown = format_html('<span class="muted">{}</span>', gettext("Non renseigné")) if unanswered else value
    change = NOTHING
    if change_url:
        words = format_html("{} {}", gettext("Modifier"), hidden_text(term))
        change = format_html('<dd class="summary-change"><a href="{}">{}</a></dd>', change_url, words)
    return format_html("<div><dt>{}</dt><dd>{}</dd>{}</div>", term, shown, change)


def summary_list(rows: Iterable[Row]) -> SafeString:
    """A summary list built by the view."""
    return summary(together(row(line.term, line.value, line.change_url) for line in rows))


def data_table(table: Table) -> SafeString:
    """A table whose lines become cards on a narrow screen; the first cell of each line is its header."""
    if not table.rows:
        words = table.empty or gettext("Rien à afficher pour le moment.")
        return format_html(
            '<div class="empty-table"><p class="table-title">{}</p><p>{}</p></div>', _table_title(table), words
        )
    columns = [column if isinstance(column, Column) else Column(column) for column in table.columns]
    labels = ((attributes({"scope": "col", "class": _cell_css(column)}), column.label) for column in columns)
    return format_html(
        '<table class="table"><caption>{}</caption><thead><tr>{}</tr></thead><tbody>{}</tbody></table>',
        _table_title(table),
        format_html_join("", "<th{}>{}</th>", labels),
        together(_table_row(columns, cells) for cells in table.rows),
    )


def _table_title(table: Table) -> SafeString:
    """The caption, and how many results."""
    total = len(table.rows) if table.total is None else table.total
    count = format_html(' <span class="count">{}</span>', count_words(total)) if table.counted else NOTHING
    return format_html("{}{}", table.caption, count)


def _cell_css(column: Column) -> str | None:
    """The classes of a column's cells."""
    return classes("numeric" if column.numeric else None, "nowrap" if column.nowrap else None) or None


def _table_row(columns: Sequence[Column], cells: Sequence[object]) -> SafeString:
    """One line; `data-label` repeats the column's name where the card layout hides the header."""
    first, *rest = zip(columns, cells, strict=True)
    header = format_html("<th{}>{}</th>", attributes({"scope": "row", "class": _cell_css(first[0])}), first[1])
    others = ((attributes({"class": _cell_css(column), "data-label": column.label}), cell) for column, cell in rest)
    return format_html("<tr>{}{}</tr>", header, format_html_join("", "<td{}>{}</td>", others))


def file_list(files: Iterable[FileItem]) -> SafeString:
    """Files with their kind and weight, told before the download."""
    lines = together(_file_line(item) for item in files)
    if not lines:
        return format_html('<p class="muted">{}</p>', gettext("Aucun fichier."))
    return format_html('<ul class="files">{}</ul>', lines)


def _file_line(item: FileItem) -> SafeString:
    """One file: its name leads to it, its details follow."""
    details = [part for part in (item.kind, say_size(item.size) if item.size is not None else "") if part]
    note = SafeString(" – ").join(format_html("{}", part) for part in (*details, item.note) if part)
    meta = format_html('<span class="file-meta">{}</span>', note) if note else NOTHING
    if not item.url:
        return format_html("<li>{}<span>{} {}</span></li>", icon("file"), item.name, meta)
    link = format_html(
        '<a href="{}" download><span class="visually-hidden">{} </span>{} {}</a>',
        item.url,
        gettext("Télécharger"),
        item.name,
        meta,
    )
    return format_html("<li>{}{}</li>", icon("download"), link)


def timeline(entries: Iterable[Entry]) -> SafeString:
    """What happened to a case, as given: newest first on a case page."""
    lines = together(_event(entry) for entry in entries)
    if not lines:
        return format_html('<p class="muted">{}</p>', gettext("Aucun évènement pour le moment."))
    return format_html('<ol class="timeline">{}</ol>', lines)


def _event(entry: Entry) -> SafeString:
    """One event: what, who, when, the message and its files."""
    author = format_html('<span class="timeline-author">{}</span> ', entry.author) if entry.author else NOTHING
    message = format_html('<div class="timeline-message">{}</div>', entry.message) if entry.message else NOTHING
    return format_html(
        '<li class="{}">{}<p class="timeline-title">{}</p><p class="timeline-meta">{}{}</p>{}{}</li>',
        classes("timeline-entry", f"tone-{check_tone(entry.tone)}"),
        icon(TONE_ICONS[entry.tone]),
        entry.title,
        author,
        when(entry.when),
        message,
        file_list(entry.files) if entry.files else NOTHING,
    )


def tree(nodes: Sequence[Node], label: Text = "") -> SafeString:
    """Organisations and services, each under the one it belongs to."""
    return format_html(
        '<div class="tree" role="group" aria-label="{}">{}</div>', label or gettext("Arborescence"), _branch(nodes)
    )


def _branch(nodes: Sequence[Node]) -> SafeString:
    """The nodes of one level, and all that is under them."""
    return format_html("<ul>{}</ul>", together(_node(node) for node in nodes)) if nodes else NOTHING


def _node(node: Node) -> SafeString:
    """One place: its name, a note, its branch."""
    name = (
        format_html('<a href="{}">{}</a>', node.url, node.label)
        if node.url
        else format_html("<span>{}</span>", node.label)
    )
    note = format_html(' <span class="muted">{}</span>', node.note) if node.note else NOTHING
    return format_html("<li>{}{}{}</li>", name, note, _branch(node.children))
