"""What the citizen of the journey bench types and attaches is right: a refusal would measure something else."""

from datetime import date
from email.parser import BytesParser

import pytest
from django.http import QueryDict

from parvis.cli.bench.journey import answers
from parvis.core.clock import today
from parvis.documents.enums import Mime
from parvis.documents.rules import is_whole, recognise
from parvis.teleservices import registry

pytestmark = pytest.mark.django_db


def test_every_step_is_answered_in_its_order() -> None:
    journey = registry.journey("recensement-citoyen")
    assert journey is not None
    assert [step.slug for step in journey.steps] == list(answers.steps(today()))


@pytest.mark.parametrize("day", [date(2026, 1, 1), date(2026, 3, 31), date(2028, 2, 29), date(2026, 12, 31)])
def test_the_citizen_is_sixteen_whatever_the_day(day: date) -> None:
    birth = answers.steps(day)["identite"]
    born = date(*(int(birth[f"date_naissance_{part}"]) for part in ("year", "month", "day")))
    assert (born.year + 16, born.month) == (day.year, day.month)
    assert born.replace(year=day.year) <= day


def test_steps_without_a_commune_pass_their_form() -> None:
    journey = registry.journey("recensement-citoyen")
    assert journey is not None
    for slug in ("parents", "situation"):
        data = QueryDict(mutable=True)
        data.update(answers.steps(today())[slug])
        step = journey.step(slug)
        assert step is not None
        form = step.form(data)
        assert form.is_valid(), form.errors


def test_the_document_is_a_whole_pdf_of_a_scanned_page() -> None:
    made = answers.document()
    assert recognise(made[:2048]) is Mime.PDF
    assert is_whole(Mime.PDF, made[-1024:])
    assert answers.DOCUMENT_BYTES - 100 < len(made) <= answers.DOCUMENT_BYTES


def test_a_form_with_files_is_one_that_any_reader_understands() -> None:
    body, kind = answers.multipart({"csrfmiddlewaretoken": "abc"}, {"ji": b"%PDF\r\n--x"})
    message = BytesParser().parsebytes(b"Content-Type: " + kind.encode() + b"\r\n\r\n" + body)
    _, token, file = message.walk()
    assert token.get_payload() == "abc"
    assert file.get_filename() == "ji.pdf"
    assert file.get_payload(decode=True) == b"%PDF\r\n--x"
