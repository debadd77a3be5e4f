import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from parvis.catalogue.enums import CaseStatus
from parvis.exchange.enums import SignatureVerdict
from parvis.exchange.models import Case
from tests.support import files, world
from tests.support.deposits import deposited
from tests.support.jobs import run_jobs

pytestmark = pytest.mark.django_db


def test_an_agent_asks_for_more_the_citizen_answers_and_gets_the_attestation(client: Client) -> None:
    here = world.build()
    case, request = deposited(here)
    client.force_login(here.agent)
    inbox = client.get(reverse("desk"))
    assert "Martin" in inbox.content.decode()
    page = reverse("desk_case", args=[case.id])
    assert client.get(page).status_code == 200
    asked = client.post(page, {"decision": CaseStatus.ADD_AWAITING, "message": "Il manque le verso."})
    assert asked.status_code == 302
    run_jobs()
    assert "Il manque le verso" not in mail.outbox[-1].body
    assert mail.outbox[-1].to == ["camille@exemple.example"]

    citizen = Client()
    citizen.force_login(here.citizen)
    own = reverse("request", args=[request.id])
    assert "Il manque le verso." in citizen.get(own).content.decode()
    sent = citizen.post(own, {"message": "Le voici.", "document": SimpleUploadedFile("verso.png", files.PNG)})
    assert sent.status_code == 302
    assert Case.objects.get().status == CaseStatus.HUBEE_NOTIFIED

    answered = client.post(
        page,
        {"decision": CaseStatus.DONE, "message": "", "document": SimpleUploadedFile("attestation.pdf", files.PDF)},
    )
    assert answered.status_code == 302, answered.context["form"].errors
    final = citizen.get(own)
    document = final.context["documents"][0]
    got = citizen.get(document.url)
    assert got.getvalue() == files.PDF
    assert got["Content-Disposition"].startswith("attachment")


def test_an_agent_of_another_town_sees_nothing(client: Client) -> None:
    here = world.build()
    case, _ = deposited(here)
    client.force_login(here.foreign_agent)
    assert "Martin" not in client.get(reverse("desk") + "?vue=tous").content.decode()
    assert client.get(reverse("desk_case", args=[case.id])).status_code == 404
    document = case.attachments.all()[0]
    assert client.get(reverse("desk_document", args=[case.id, document.id])).status_code == 404


def test_an_agent_cannot_miss_a_signature_that_does_not_hold(client: Client) -> None:
    here = world.build()
    case, _ = deposited(here)
    client.force_login(here.agent)
    page, words = reverse("desk_case", args=[case.id]), "La signature d’un document n’est pas valable"
    assert words not in client.get(page).content.decode()
    case.attachments.filter(type="ji").update(signature=SignatureVerdict.BROKEN)
    assert words in client.get(page).content.decode()
