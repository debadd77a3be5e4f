"""Components: what they say, what they refuse, what they escape."""

from collections.abc import Callable
from datetime import date
from html.parser import HTMLParser

import pytest
from django.core.paginator import Paginator
from django.http import QueryDict
from django.template import Context, Template
from django.utils.safestring import SafeString

from parvis.ui.components import actions, charts, layout, lists, messages, navigation
from parvis.ui.parts import Bar, Column, Entry, FileItem, Link, NavGroup, NavItem, Node, Row, Segment, Table
from parvis.ui.sizes import say_size

BAD = "\"'><img src=x onerror=alert(1)>"
DAY = date(2020, 1, 1)


def _drawn() -> list[Callable[[], SafeString]]:
    """Every component, fed with hostile text wherever it takes text."""
    return [
        lambda: actions.button(BAD, name=BAD, value=BAD, icon_name=BAD, form=BAD, context=BAD),
        lambda: actions.link_button(BAD, BAD, "secondary", icon_name=BAD, context=BAD),
        lambda: messages.notice(BAD, "info", BAD),
        lambda: messages.badge("info", BAD, BAD),
        lambda: messages.empty_state(BAD, BAD, action_url=BAD, action_label=BAD),
        lambda: messages.confirmation(BAD, BAD, number=BAD, number_label=BAD, steps=[BAD]),
        lambda: navigation.breadcrumb(BAD, BAD, BAD),
        lambda: navigation.side_navigation([NavItem(BAD, BAD), NavGroup(BAD, [NavItem(BAD, BAD)])], BAD),
        lambda: navigation.tabs([NavItem(BAD, BAD, current=True, count=1)], BAD),
        lambda: navigation.stepper(1, 2, BAD, BAD),
        lambda: navigation.pagination(Paginator(range(50), 5).page(5), QueryDict(f"q={BAD}"), "page"),
        lambda: lists.summary_list([Row(BAD, BAD, BAD)]),
        lambda: lists.data_table(Table(BAD, [BAD, Column(BAD, numeric=True)], [[Link(BAD, BAD, BAD), BAD]])),
        lambda: lists.data_table(Table(BAD, [BAD], empty=BAD)),
        lambda: lists.file_list([FileItem(BAD, BAD, BAD, 3, BAD), FileItem(BAD)]),
        lambda: lists.timeline([Entry(DAY, BAD, BAD, BAD, [FileItem(BAD, BAD)])]),
        lambda: charts.stat_bar([Segment(BAD, 1, url=BAD)], BAD),
        lambda: charts.bar_chart([Bar(BAD, 2, BAD)], BAD, BAD, BAD),
        lambda: lists.tree([Node(BAD, BAD, BAD, [Node(BAD)])], BAD),
        lambda: navigation.search_bar(QueryDict(f"a={BAD}&q={BAD}"), BAD, BAD, BAD),
        lambda: layout.page_header(BAD, BAD, kicker=BAD),
        lambda: layout.start_page(BAD, BAD, url=BAD, lead=BAD, documents=[BAD], duration=BAD, cost=BAD, label=BAD),
        lambda: layout.card(BAD, BAD, BAD, icon_name=BAD, meta=BAD),
        lambda: layout.tile(BAD, BAD, BAD, BAD),
        lambda: layout.disclosure(BAD, BAD),
    ]


class _Reader(HTMLParser):
    """Collects the tags and attributes a browser would see."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.names: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.names |= {name for name, _ in attrs}


@pytest.mark.parametrize("draw", _drawn())
def test_nothing_hostile_passes_and_nothing_breaks_the_content_security_policy(draw: Callable[[], SafeString]) -> None:
    reader = _Reader()
    reader.feed(draw())
    assert not reader.tags & {"img", "script", "style"}
    assert not {name for name in reader.names if name == "style" or name.startswith("on") or name == "src"}


def test_a_template_escapes_what_it_passes_to_a_tag() -> None:
    source = (
        "{% page_header bad %}{% row bad bad %}{% badge 'info' bad %}{% notice 'info' bad %}{{ bad }}{% endnotice %}"
    )
    assert "<img" not in Template(source).render(Context({"bad": BAD}))


def test_stepper_says_where_and_what_next() -> None:
    html = navigation.stepper(2, 6, "Vos parents", "Adresse")
    assert "Étape 2 sur 6" in html
    assert "Étape suivante" in html
    assert html.count('class="done"') == 1


@pytest.mark.parametrize(("current", "total"), [(0, 3), (4, 3), (1, 9)])
def test_a_form_has_at_most_eight_steps(current: int, total: int) -> None:
    with pytest.raises(ValueError, match="steps"):
        navigation.stepper(current, total, "Trop")


def test_a_misspelt_variant_or_tone_is_refused() -> None:
    with pytest.raises(ValueError, match="variant"):
        actions.button("Oui", "primry")
    with pytest.raises(ValueError, match="tone"):
        messages.badge("succes", "Oui")
    with pytest.raises(ValueError, match="heading"):
        layout.page_header("Titre", level=7)


def test_breadcrumb_wants_pairs_then_the_page() -> None:
    assert 'aria-current="page">Ici' in navigation.breadcrumb("Accueil", "/", "Ici")
    with pytest.raises(ValueError, match="in turn"):
        navigation.breadcrumb("Accueil", "Ici")


def test_pagination_keeps_the_rest_of_the_address_and_shows_gaps() -> None:
    html = navigation.pagination(Paginator(range(100), 5).page(10), QueryDict("q=a&page=3"))
    assert 'href="?q=a&amp;page=11"' in html
    assert html.count("…") == 2
    assert navigation.pagination(Paginator(range(3), 5).page(1), QueryDict()) == ""


def test_table_has_caption_count_headers_and_labels() -> None:
    html = lists.data_table(Table("Actes", ["Numéro", Column("Pages", numeric=True)], [["A1", 3]], total=40))
    assert "<caption>Actes" in html
    assert "40 résultats" in html
    assert '<th scope="row">A1</th>' in html
    assert '<td class="numeric" data-label="Pages">3</td>' in html


def test_an_empty_table_says_why() -> None:
    html = lists.data_table(Table("Actes", ["Numéro"], empty="Rien n’est encore signé."))
    assert "Aucun résultat" in html
    assert "Rien n’est encore signé." in html
    assert "<table" not in html


def test_a_row_of_the_wrong_length_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="zip"):
        lists.data_table(Table("Actes", ["Numéro", "Pages"], [["A1"]]))


def test_summary_change_link_names_what_it_changes() -> None:
    html = lists.row("Nom", "", "/nom")
    assert "Non renseigné" in html
    assert 'Modifier <span class="visually-hidden">Nom</span>' in html


def test_an_answer_of_zero_or_no_is_an_answer() -> None:
    assert "Non renseigné" not in lists.row("Enfants", 0)
    assert "Non renseigné" not in lists.row("Prénoms", ["Anne", "Marie"])


def test_stat_bar_of_nothing_does_not_divide_by_zero() -> None:
    assert "0" in charts.stat_bar([Segment("Rien", 0)], "Vide")


def test_file_link_tells_kind_and_weight() -> None:
    html = lists.file_list([FileItem("acte.pdf", "/f", "PDF", 812_000)])
    assert "PDF – 812\xa0Ko" in html
    assert "download" in html


@pytest.mark.parametrize(
    ("size", "words"),
    [
        (0, "0\xa0octets"),
        (999, "999\xa0octets"),
        (1500, "1,5\xa0Ko"),
        (10_000_000, "10\xa0Mo"),
        (2_430_000_000, "2,4\xa0Go"),
    ],
)
def test_weights(size: int, words: str) -> None:
    assert say_size(size) == words


def test_search_keeps_the_rest_of_the_address_but_not_the_page() -> None:
    html = navigation.search_bar(QueryDict("state=new&page=3&q=dupont"), "Rechercher")
    assert 'name="state" value="new"' in html
    assert 'value="dupont"' in html
    assert 'name="page"' not in html


def test_bar_chart_of_zeros_is_drawn() -> None:
    assert 'width="0.00"' in charts.bar_chart([Bar("Rien", 0)], "Vide")
