"""The frame of every page, seen through the living style page."""

import re
from itertools import pairwise
from pathlib import Path

import pytest
from django.template.loader import render_to_string
from django.test import RequestFactory

from parvis.ui import forms, pages

STATIC = Path(__file__).parents[2] / "src" / "parvis" / "ui" / "static" / "ui"


class One(forms.Form):
    name = forms.TextField(label="Nom", missing="Saisissez le nom.")


@pytest.fixture
def page() -> str:
    # Straight to the view: nothing of the page's frame may need a session or a database.
    return pages.style(RequestFactory().get("/style/")).content.decode()


def test_the_style_page_needs_no_database_and_has_its_landmarks(page: str) -> None:
    for mark in ("<header", "<main", "<footer", 'href="#contenu"', 'id="contenu"', 'lang="fr"'):
        assert mark in page


def test_no_inline_style_nor_script(page: str) -> None:
    assert not re.search(r"\sstyle=|<style|<script>|\son\w+=", page)


def test_every_id_is_unique_and_every_reference_leads_somewhere(page: str) -> None:
    ids = re.findall(r'\sid="([^"]*)"', page)
    assert len(ids) == len(set(ids))
    wanted = set(re.findall(r'\sfor="([^"]*)"', page)) | set(re.findall(r'href="#([^"]+)"', page))
    wanted |= {
        one for many in re.findall(r'aria-(?:describedby|labelledby|controls)="([^"]*)"', page) for one in many.split()
    }
    assert wanted <= set(ids)


def test_every_icon_is_in_the_sprite(page: str) -> None:
    drawn = set(re.findall(r"icons\.svg#([\w-]+)", page))
    assert drawn <= set(re.findall(r'<symbol id="([\w-]+)"', (STATIC / "icons.svg").read_text()))


def test_headings_skip_no_level(page: str) -> None:
    levels = [int(level) for level in re.findall(r"<h([1-6])", page)]
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_title_announces_errors() -> None:
    request = RequestFactory().get("/")
    assert "<title>Erreur" in render_to_string("ui/step.html", {"form": One({}), "site_name": "Parvis"}, request)
    assert "<title>Erreur" not in render_to_string("ui/step.html", {"form": One(), "site_name": "Parvis"}, request)


def test_the_demo_says_so() -> None:
    request = RequestFactory().get("/")
    assert "données fictives" in render_to_string("ui/base.html", {"demo": True}, request)
    assert "données fictives" not in render_to_string("ui/base.html", {"demo": False}, request)


def test_pages_beyond_the_last_and_nonsense_are_shown_all_the_same() -> None:
    for asked in ("99999", "0", "-1", "x", "²", ""):
        assert pages.style(RequestFactory().get("/style/", {"page": asked})).status_code == 200


def test_dark_values_are_the_same_by_choice_and_by_system() -> None:
    blocks = re.findall(r"color-scheme: dark;(.*?)}", (STATIC / "tokens.css").read_text(), re.DOTALL)
    assert len(blocks) == 2
    assert blocks[0].split() == blocks[1].split()


def test_both_themes_define_the_same_colours() -> None:
    text = (STATIC / "tokens.css").read_text()
    light, dark = text.split("@media (prefers-color-scheme: dark)")[0], text.split(':root[data-theme="dark"]')[1]
    names = set(re.findall(r"(--[\w-]+): #", light))
    assert names == set(re.findall(r"(--[\w-]+): #", dark))


def _luminance(colour: str) -> float:
    digits = colour.lstrip("#")
    full = "".join(2 * digit for digit in digits) if len(digits) == 3 else digits
    parts = [int(full[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("theme", [":root {", ':root[data-theme="dark"] {'])
def test_contrasts(theme: str) -> None:
    block = (STATIC / "tokens.css").read_text().split(theme)[1].split("}")[0]
    colours = dict(re.findall(r"--([\w-]+): (#\w+);", block))

    def ratio(one: str, two: str) -> float:
        high, low = sorted((_luminance(colours[one]), _luminance(colours[two])), reverse=True)
        return (high + 0.05) / (low + 0.05)

    tones = ("info", "success", "warning", "error", "neutral")
    text = [(ink, ground) for ink in ("ink", "ink-soft", "accent") for ground in ("paper", "stone", "accent-soft")]
    text += [(tone, f"{tone}-soft") for tone in tones] + [("ink", f"{tone}-soft") for tone in tones]
    text += [("on-accent", "accent"), ("on-accent", "accent-deep"), ("on-accent", "error"), ("ink", "focus-soft")]
    text += [("error", "paper"), ("accent-deep", "accent-soft")]
    assert {pair: ratio(*pair) for pair in text if ratio(*pair) < 4.5} == {}
    shapes = [("focus", "paper"), ("focus", "stone"), ("line-strong", "paper"), ("line-strong", "stone")]
    assert {pair: ratio(*pair) for pair in shapes if ratio(*pair) < 3} == {}
