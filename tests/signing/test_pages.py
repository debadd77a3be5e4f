"""The parapheur as people use it: from the list to the confirmation, with the proof of the person asked once."""

import re
from typing import Any
from uuid import UUID

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from parvis.core.actor import Actor
from parvis.identity.models import Account
from parvis.signing import commands
from parvis.signing.enums import BatchState, CertificateState, ItemState
from parvis.signing.keys.signer import SignerClient
from parvis.signing.models import Circuit, Delegation, Item, SigningBatch, SigningCertificate
from tests.support import parapheur
from tests.support.jobs import run_jobs
from tests.support.officers import pdf
from tests.support.parapheur import Town

pytestmark = pytest.mark.django_db


@pytest.fixture
def town(signing: SignerClient) -> Town:
    return parapheur.build()


def signed_in(actor: Actor) -> Client:
    client = Client()
    client.force_login(Account.objects.get(id=actor.person))
    return client


def text(answer: Any) -> str:
    return re.sub(r"\s+", " ", answer.content.decode())


def test_from_the_list_to_the_signed_documents(town: Town, settings: Any) -> None:
    settings.ASSURANCE_ENFORCED = False
    items = town.submit_many(3)
    http = signed_in(town.mayor)
    page = text(http.get(reverse("parapheur")))
    assert page.count('name="documents"') == 3
    answer = http.post(reverse("parapheur"), {"documents": [str(one) for one in items[:2]]}, follow=True)
    page = text(answer)
    assert "Signer 2 documents" in page
    assert "Clé de démonstration" in page
    digest = re.search(r'name="empreinte" value="(\w+)"', page)
    assert digest
    batch = SigningBatch.objects.get()
    place = reverse("parapheur_batch", args=[batch.id])
    wrong = http.post(place, {"geste": "confirmer", "empreinte": "00" * 32})
    assert wrong.status_code == 422
    assert "Rien n’a été signé" in text(wrong)
    http.post(place, {"geste": "confirmer", "empreinte": digest[1]})
    run_jobs()
    page = text(http.get(place))
    assert page.count("Signé</") >= 2
    assert text(http.get(reverse("parapheur_item", args=[items[0]]))).count("Signé") >= 2
    made = http.get(reverse("parapheur_signed", args=[items[0]]))
    assert b"/ByteRange" in b"".join(made.streaming_content)  # type: ignore[attr-defined]
    assert Item.objects.get(id=items[2]).state == ItemState.TO_SIGN


def test_all_that_waits_in_one_gesture(town: Town) -> None:
    town.submit_many(4)
    http = signed_in(town.mayor)
    assert "4 documents (Mairie de Rennes)" in text(http.get(reverse("parapheur")))
    http.post(reverse("parapheur"), {"choix": "tout", "organisme": str(town.organisation)})
    assert SigningBatch.objects.get().count == 4
    nothing = http.post(reverse("parapheur"), {})
    assert nothing.status_code == 422
    assert "Choisissez au moins un document" in text(nothing)


def test_the_confirmation_asks_for_a_fresh_and_strong_proof(town: Town, settings: Any) -> None:
    settings.ASSURANCE_ENFORCED = True
    batch = town.freeze(*town.submit_many(1))
    http = signed_in(town.mayor)
    place = reverse("parapheur_batch", args=[batch.id])
    answer = http.post(place, {"geste": "confirmer", "empreinte": bytes(batch.digest).hex()})
    batch.refresh_from_db()
    assert batch.state == BatchState.FROZEN
    assert answer.status_code == 302
    assert answer["Location"] != place
    program = http.post(
        place, {"geste": "confirmer", "empreinte": bytes(batch.digest).hex()}, headers={"accept": "application/json"}
    )
    assert (program.status_code, program.json()["needs"]["authentication"]) == (403, 2)
    http.post(place, {"geste": "abandonner"})
    batch.refresh_from_db()
    assert batch.state == BatchState.CANCELLED


def test_a_document_is_answered(town: Town) -> None:
    item = town.submit(circuit=town.long)
    reader, mayor, clerk = (signed_in(one) for one in (town.reader, town.mayor, town.clerk))
    place = reverse("parapheur_item", args=[item.id])
    assert mayor.get(place).status_code == 404
    assert reader.post(place, {"decision": "refuse", "comment": ""}).status_code == 422
    assert "Reprendre mon visa" in text(reader.post(place, {"decision": "approve"}, follow=True))
    reader.post(place, {"geste": "take_back"})
    reader.post(place, {"decision": "approve", "comment": "Vu"})
    mayor.post(place, {"decision": "send_back", "comment": "Une faute page 1"})
    page = text(clerk.get(place))
    assert "Une faute page 1" in page
    corrected = SimpleUploadedFile("reponse.pdf", pdf(2), "application/pdf")
    clerk.post(place, {"document": corrected})
    item.refresh_from_db()
    assert item.state == ItemState.TO_VISA
    clerk.post(place, {"geste": "withdraw"})
    item.refresh_from_db()
    assert item.state == ItemState.WITHDRAWN
    inline = clerk.get(reverse("parapheur_document", args=[item.id]))
    assert inline["Content-Disposition"] == "inline"
    assert "default-src 'none'" in inline["Content-Security-Policy"]


def test_a_document_is_sent_by_hand(town: Town) -> None:
    http = signed_in(town.clerk)
    place = reverse("parapheur_new")
    assert http.post(place, {}).status_code == 422
    upload = SimpleUploadedFile("deliberation.pdf", pdf(1), "application/pdf")
    http.post(place, {"circuit": str(town.short), "title": "Délibération 12", "document": upload})
    item = Item.objects.get()
    assert (item.title, item.state) == ("Délibération 12", ItemState.TO_SIGN)
    page = text(http.get(reverse("parapheur"), {"vue": "envoyes", "q": "délib"}))
    assert "Délibération 12" in page
    exported = b"".join(http.get(reverse("parapheur_csv"), {"vue": "envoyes"}).streaming_content)  # type: ignore[attr-defined]
    assert "Délibération 12" in exported.decode("utf-8-sig")


def test_absence_circuits_and_keys(town: Town) -> None:
    mayor, registrar = signed_in(town.mayor), signed_in(town.administrator)
    days = {"starts_on_day": "1", "starts_on_month": "1", "starts_on_year": "2026"}
    days |= {"ends_on_day": "31", "ends_on_month": "12", "ends_on_year": "2026"}
    mayor.post(reverse("parapheur_absence"), {"to": str(town.deputy.person)} | days)
    absence = Delegation.objects.get()
    assert "Marc Leroy répond à votre place" in text(mayor.get(reverse("parapheur_absence")))
    mayor.post(reverse("parapheur_absence"), {"terminer": str(absence.id)})
    absence.refresh_from_db()
    assert absence.ended_at is not None
    new = {"name": "Délibérations", "visa1": str(town.reader.person), "signer": str(town.mayor.person), "level": "B-T"}
    registrar.post(reverse("parapheur_circuits"), new)
    assert registrar.post(reverse("parapheur_circuits"), new).status_code == 422
    registrar.post(reverse("parapheur_circuits"), {"archiver": str(Circuit.objects.get(name="Délibérations").id)})
    assert Circuit.objects.get(name="Délibérations").archived_at is not None
    certificate = SigningCertificate.objects.get(key__holder_id=town.mayor.person)
    place = reverse("parapheur_key", args=[certificate.id])
    registrar.post(place, {"geste": "renouveler"})
    assert registrar.post(place, {"geste": "revoquer"}).status_code == 422
    registrar.post(place, {"geste": "revoquer", "reason": "superseded"})
    certificate.refresh_from_db()
    assert certificate.state == CertificateState.REVOKED
    for address in ("parapheur_circuits", "parapheur_keys", "parapheur_new"):
        assert mayor.get(reverse(address)).status_code == 403
    assert signed_in(town.clerk).get(place).status_code == 404


def test_nobody_sees_the_documents_of_another_town(town: Town) -> None:
    item, batch = town.submit(), town.freeze(*town.submit_many(1))
    commands.cancel_batch(batch_id=batch.id, actor=town.mayor)
    for stranger in (town.here.as_foreign_agent, town.here.as_citizen, town.deputy):
        http = signed_in(stranger)
        for name, key in (("item", item.id), ("document", item.id), ("signed", item.id), ("batch", batch.id)):
            assert http.get(reverse(f"parapheur_{name}", args=[UUID(str(key))])).status_code == 404
