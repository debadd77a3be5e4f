"""What a page hands to a component: small frozen values, built in a view and drawn by a tag.

Every text here is escaped when drawn, unless it is a SafeString made by another component.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString

from parvis.ui.markup import attributes

Text = str | Promise | SafeString
Tone = Literal["neutral", "info", "success", "warning", "error"]


@dataclass(frozen=True, slots=True)
class Link:
    """A link usable as a table cell, a summary value or a file's origin."""

    label: Text
    url: str
    context: Text = ""  # said to screen readers only, when the label alone is ambiguous

    def __html__(self) -> SafeString:
        """Drawn wherever a component escapes its content."""
        extra = format_html(' <span class="visually-hidden">{}</span>', self.context) if self.context else ""
        return format_html("<a{}>{}{}</a>", attributes({"href": self.url}), self.label, extra)


@dataclass(frozen=True, slots=True)
class NavItem:
    """One entry of a side navigation, of tabs or of saved views; `count` is shown when known."""

    label: Text
    url: str
    current: bool = False
    count: int | None = None


@dataclass(frozen=True, slots=True)
class NavGroup:
    """A titled group of a side navigation."""

    title: Text
    items: Sequence[NavItem]


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a summary list: what was asked, what was answered, where to change it."""

    term: Text
    value: object
    change_url: str = ""


@dataclass(frozen=True, slots=True)
class FileItem:
    """A file offered for download. `kind` is the word people know: PDF, image JPEG, XML."""

    name: str
    url: str = ""  # empty: listed but not downloadable
    kind: str = ""
    size: int | None = None  # bytes
    note: Text = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """One event of a status timeline."""

    when: date | datetime
    title: Text
    author: Text = ""
    message: Text = ""
    files: Sequence[FileItem] = ()
    tone: Tone = "neutral"


@dataclass(frozen=True, slots=True)
class Column:
    """A table column. Numbers are aligned on the right so that they compare at a glance."""

    label: Text
    numeric: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A data table. `total` is the whole number of results when the rows are only one page of them."""

    caption: Text
    columns: Sequence[Column | Text]
    rows: Sequence[Sequence[object]] = field(default_factory=tuple)
    total: int | None = None
    empty: Text = ""  # why the table may be empty, and what to do


@dataclass(frozen=True, slots=True)
class Segment:
    """A share of a stat bar."""

    label: Text
    count: int
    tone: Tone = "neutral"
    url: str = ""
