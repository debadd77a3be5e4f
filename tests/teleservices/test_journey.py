import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from parvis.exchange.models import Case, Folder
from parvis.teleservices.models import Request
from tests.support import census, files, world
from tests.support.jobs import run_jobs

pytestmark = pytest.mark.django_db


def fill(client: Client) -> Request:
    client.post(reverse("service", args=["recensement-citoyen"]))
    draft = Request.objects.get()
    for slug, answers in census.STEPS.items():
        response = client.post(reverse("request_step", args=[draft.id, slug]), answers())
        assert response.status_code == 302, response.context["form"].errors
    response = client.post(
        reverse("request_pieces", args=[draft.id]),
        {
            "ji": SimpleUploadedFile("carte.pdf", files.PDF, "application/pdf"),
            "jf": SimpleUploadedFile("livret.png", files.PNG, "image/png"),
        },
    )
    assert response.status_code == 302, response.context["form"].errors
    return draft


def test_a_citizen_sends_and_the_town_hall_receives(client: Client) -> None:
    here = world.build()
    client.force_login(here.citizen)
    draft = fill(client)
    response = client.post(reverse("request_summary", args=[draft.id]), {"declaration": "on"})
    assert response.status_code == 302
    assert run_jobs()
    case = Case.objects.get()
    assert case.recipient == here.rennes
    assert {a.type for a in case.attachments.all()} == {"10870-XML", "10870-PDF", "ji", "jf"}
    assert {m.to[0] for m in mail.outbox} == {"camille@exemple.example", "accueil@35238.example"}
    page = client.get(response["Location"])
    assert draft.number in page.content.decode()


def test_sending_twice_makes_one_folder(client: Client) -> None:
    here = world.build()
    client.force_login(here.citizen)
    draft = fill(client)
    for _ in range(2):
        client.post(reverse("request_summary", args=[draft.id]), {"declaration": "on"})
    assert Folder.objects.count() == 1
