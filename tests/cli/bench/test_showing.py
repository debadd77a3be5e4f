"""The table on screen and the picture."""

from io import StringIO

import pytest
from lxml import etree
from rich.console import Console

from parvis.cli.bench.plot import svg
from parvis.cli.bench.table import number, row, table
from tests.cli.bench.reports import made_up

SVG = "{http://www.w3.org/2000/svg}"


@pytest.mark.parametrize(
    ("value", "text"),
    [(12, "12"), (3.789, "3,79"), (0.1, "0,10"), (12.34, "12,3"), (187.4, "187"), (1234.5, "1\u202f234"), (0, "0")],
)
def test_figures_are_written_in_french(value: float, text: str) -> None:
    assert number(value) == text


def test_a_row_says_value_spread_baseline_ratio_target_and_verdict() -> None:
    cpu, growth, rate = map(row, made_up().metrics)
    assert cpu == ("CPU par dépôt", "4", "3,20 – 4,80", "ms", "1", "× 4", "≤ 5", "✓")
    assert growth == ("Requêtes & croissance", "13", "", "requêtes", "12", "× 1,08", "= × 1", "✗")
    assert rate[-4:] == ("", "", "", "–")


@pytest.mark.parametrize("width", [80, 160])
def test_the_table_cuts_no_figure(width: int) -> None:
    out = StringIO()
    Console(file=out, width=width).print(table(made_up()))
    for text in ("3,20 – 4,80", "= × 1", "1\u202f234", "✗"):
        assert text in out.getvalue()


def test_the_picture_tells_everything_without_eyes_or_script() -> None:
    picture = etree.fromstring(svg(made_up()).encode())
    assert picture.get("role") == "img"
    assert picture.get("aria-labelledby") == "title desc"
    assert picture.findtext(f"{SVG}title") == "parvis bench deposit : dépôts <essai>"
    said = picture.findtext(f"{SVG}desc") or ""
    assert "CPU par dépôt : 4 ms ; témoin 1 ; rapport × 4 ; cible ≤ 5, cible tenue." in said
    assert "cible = × 1, cible manquée." in said
    assert "prefers-color-scheme:dark" in (picture.findtext(f"{SVG}style") or "")
    assert not list(picture.iter(f"{SVG}script"))


def test_no_shape_leaves_the_picture() -> None:
    picture = etree.fromstring(svg(made_up()).encode())
    width = float(picture.get("viewBox", "").split()[2])
    for shape in picture.iter(f"{SVG}rect"):
        assert 0 <= float(shape.get("x", "0")) + float(shape.get("width", "0")) <= width
