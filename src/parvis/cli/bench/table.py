"""A report as a table on screen."""

from rich import box
from rich.table import Table
from rich.text import Text

from parvis.cli.bench.figures import Sample
from parvis.cli.bench.report import Metric, Report

_MARKS = {True: ("✓", "green"), False: ("✗", "bold red"), None: ("–", "dim")}
_HEADINGS = ("Mesure", "Valeur", "p10 – p90", "Unité", "Témoin", "Rapport", "Cible", "Tenue")
_LEFT = {0, 3}


def table(report: Report) -> Table:
    """Return the table of a report."""
    heading = f"parvis bench {report.bench} : {report.summary}"
    made = Table(title=heading, title_justify="left", box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0))
    for place, name in enumerate(_HEADINGS):
        # Figures are never cut: on a narrow screen only the labels take several lines.
        made.add_column(name, justify="left" if place in _LEFT else "right", no_wrap=place > 0)
    for one in report.metrics:
        *words, _ = row(one)
        mark, style = _MARKS[one.met]
        made.add_row(*words, Text(mark, style=style))
    return made


def row(one: Metric) -> tuple[str, ...]:
    """Return a metric as the table shows it, one text a column."""
    return (
        one.label,
        number(one.value.value),
        _spread(one.value),
        one.unit,
        number(one.baseline.value) if one.baseline else "",
        "" if one.ratio is None else f"× {number(one.ratio)}",
        goal(one),
        _MARKS[one.met][0],
    )


def goal(one: Metric) -> str:
    """Return a metric's target in words, empty when it has none."""
    if one.target is None:
        return ""
    return f"{one.target.sign} {'× ' if one.target.of == 'ratio' else ''}{number(one.target.limit)}"


def number(value: float) -> str:
    """Write a figure as people read it in French: three significant digits, a decimal comma, thin thousands."""
    if float(value).is_integer() or abs(value) >= 100:  # noqa: PLR2004 - below, decimals matter
        return f"{value:,.0f}".replace(",", "\u202f")
    return f"{value:.{1 if abs(value) >= 10 else 2}f}".replace(".", ",")  # noqa: PLR2004 - three digits


def _spread(sample: Sample) -> str:
    return f"{number(sample.low)} – {number(sample.high)}" if sample.spread else ""
