"""Finding a commune among the real ones."""

import json

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from parvis.directory import queries
from parvis.directory.commands import ImportReport
from parvis.directory.enums import CommuneKind
from parvis.directory.models import Commune

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("france")]


def names(text: str, limit: int = 8) -> list[str]:
    return [hit.name for hit in queries.search_communes(text, limit)]


def test_the_counts_of_the_release(france: ImportReport) -> None:
    assert france.read == 37_590
    present = Commune.objects.filter(kind=CommuneKind.COMMUNE)
    assert present.count() == 34_969
    assert present.filter(zone="com").count() == 94
    for city, districts in {"75056": 20, "69123": 9, "13055": 16}.items():
        assert Commune.objects.filter(parent=city).count() == districts
    paris = queries.commune("75056")
    assert paris is not None
    assert paris.population == 2_103_778
    assert "75015" in paris.postcodes


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("paris", "Paris"),
        ("paris 15e", "Paris 15e Arrondissement"),
        ("Marseille 1er", "Marseille 1er Arrondissement"),
        ("ST ETIENNE", "Saint-Étienne"),
        ("l’hay les ros", "L'Haÿ-les-Roses"),
        ("sotteville rouen", "Sotteville-lès-Rouen"),
        ("Nantes CEDEX 2", "Nantes"),
        ("35000 Rennes", "Rennes"),
        ("34172", "Montpellier"),
        ("2a004", "Ajaccio"),
        ("97400", "Saint-Denis"),
        ("Bellegarde-sur-Valserine", "Valserhône"),
        ("01126", "Valserhône"),
    ],
)
def test_what_people_type_finds_the_place(typed: str, first: str) -> None:
    assert names(typed)[0] == first


def test_exact_comes_before_beginning_before_word_then_the_most_populous() -> None:
    found = names("rouen", 50)
    assert found[0] == "Rouen"
    beginnings = [name for name in found if name.lower().startswith("rouen")]
    assert found[: len(beginnings)] == beginnings
    assert "Sotteville-lès-Rouen" in found[len(beginnings) :]
    assert names("y")[0] == "Y"
    assert [hit.department for hit in queries.search_communes("saint denis")][:2] == ["974", "93"]


def test_a_postcode_narrows_a_name() -> None:
    assert all("76300" in hit.postcodes for hit in queries.search_communes("76300 sotteville"))
    assert names("76300 paris") == []


@pytest.mark.parametrize("typed", ["paris", "75", "35000 rennes", "zzz", "s"])
def test_one_query_whatever_is_typed(typed: str, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(1):
        queries.search_communes(typed)


def test_the_limit_is_kept_within_bounds() -> None:
    assert len(names("s", 3)) == 3
    assert len(names("s", 10_000)) == queries.SEARCH_LIMIT
    assert names("s", -1) == []


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=150))
def test_no_text_breaks_the_page(client: Client, text: str) -> None:
    answer = client.get("/communes/suggestions/", {"q": text.encode("utf-8", "surrogatepass")})
    assert answer.status_code == 200
    assert len(json.loads(answer.content)) <= 8


def test_the_page_answers_json_that_may_be_cached(client: Client) -> None:
    answer = client.get("/communes/suggestions/", {"q": "montpell"})
    first = json.loads(answer.content)[0]
    assert first == {"code": "34172", "label": "Montpellier", "hint": "34000"}
    assert answer["Cache-Control"] == "public, max-age=86400"
    assert "Cookie" not in answer.get("Vary", "")
    assert not answer.cookies


@pytest.mark.parametrize(
    "query", ["", "?q=", "?q=%00", "?q=%FF%FE", "?q=%25_%27%27", "?q='; DROP TABLE", "?x=1&q=&q=---"]
)
def test_bad_input_gives_an_empty_list(client: Client, query: str) -> None:
    answer = client.get(f"/communes/suggestions/{query}")
    assert answer.status_code == 200
    assert json.loads(answer.content) == []


def test_present_commune_and_arrondissement() -> None:
    for code, present in {"01126": "01033", "01015": "01015", "2a004": "2A004", "13201": "13201"}.items():
        place = queries.present_commune(code)
        assert place is not None
        assert place.code == present
    assert queries.present_commune("99999") is None
    assert queries.present_commune("") is None
