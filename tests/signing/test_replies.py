"""Answers to sign: who may send them, for which cases, on which pages."""

import re
from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader

from parvis.access.enums import Action
from parvis.access.models import Grant
from parvis.catalogue.enums import CaseStatus
from parvis.core.actor import SYSTEM, Actor
from parvis.core.errors import AbsentError, DomainError, RefusedError
from parvis.core.ids import new_id
from parvis.directory import commands as directory
from parvis.directory.enums import UnitKind
from parvis.directory.models import Unit
from parvis.documents import commands as documents
from parvis.exchange import commands, queries
from parvis.exchange.commands import NewReply
from parvis.exchange.enums import ReplyState
from parvis.exchange.models import Case, Folder, Reply
from parvis.identity.models import Account
from parvis.signing.models import Item
from tests.exchange.test_api import caller, post
from tests.support import parapheur, world
from tests.support.jobs import run_jobs
from tests.support.officers import pdf
from tests.support.parapheur import Town
from tests.support.replies import TEXT, cases, ready, send, states

pytestmark = pytest.mark.django_db


@pytest.fixture
def still() -> Town:
    """A town with no signer: what comes before a signature."""
    return ready(parapheur.build(keys=False))


def test_rights_a_sender_whose_right_ended_sends_nothing(still: Town) -> None:
    run = send(still, cases(still, 2))
    Grant.objects.filter(principal_id=still.here.agent.id, actions__contains=[Action.ACT_PREPARE]).delete()
    assert commands.make_replies(run=run, actor=still.here.as_agent) == 0
    run_jobs()
    assert states(run) == {ReplyState.FAILED}
    assert not Item.objects.exists()


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"subject": " "}, "subject_missing"),
        ({"subject": "x" * 151}, "subject_missing"),
        ({"body": ""}, "reply_empty"),
        ({"body": "x" * 5001}, "reply_too_long"),
        ({"body": "Bonjour {age}"}, "unknown_letter_field"),
        ({"body": "{0} {nom.__class__}"}, "unknown_letter_field"),
        ({"status": CaseStatus.CLOSED}, "reply_status"),
        ({"circuit": new_id()}, "unknown_circuit"),
    ],
)
def test_bad_answers_are_refused(still: Town, changes: dict[str, Any], code: str) -> None:
    with pytest.raises(DomainError) as refusal:
        send(still, cases(still, 1), **changes)
    assert refusal.value.code == code
    assert not Reply.objects.exists()


def test_bad_choices_of_cases_are_refused(still: Town) -> None:
    here, there = cases(still, 2), cases(still, 1, recipient=still.here.nice.id)
    with pytest.raises(DomainError, match="de 1 à 500"):
        send(still, [])
    with pytest.raises(AbsentError):
        send(still, [*here, *there])
    world.allow(still.here.as_agent, still.here.nice.id, world.AGENT_ACTIONS)
    with pytest.raises(DomainError, match="un seul organisme"):
        send(still, [*here, *there])
    Case.objects.filter(id=here[0].id).update(status=CaseStatus.CLOSED)
    with pytest.raises(DomainError, match="ne peut pas passer"):
        send(still, here)
    Case.objects.filter(id=here[0].id).update(status=CaseStatus.HUBEE_RECEIVED)
    with pytest.raises(AbsentError):
        send(still, here)
    brought = documents.receive((pdf(1),), documents.Expectation(max_bytes=10_000_000))
    with pytest.raises(DomainError, match="un seul dossier"):
        send(still, here, document=brought)
    assert not brought.path.exists()
    assert not Reply.objects.exists()


def test_two_answers_at_once_to_one_case_are_one(still: Town) -> None:
    """The database itself refuses the second one, should the lock of the case be forgotten."""
    (row,) = cases(still, 1)
    send(still, [row])
    with pytest.raises(IntegrityError, match="reply_open_once_per_case"), transaction.atomic():
        Reply.objects.create(run=new_id(), case=row, circuit=still.short, subject="Une autre", body="x")


def test_rights_only_who_processes_the_case_and_may_send_answers(still: Town) -> None:
    rows = cases(still, 1)
    for stranger in (still.here.as_citizen, still.here.as_foreign_agent, still.clerk, still.mayor):
        with pytest.raises(AbsentError):
            commands.send_replies(cases=[rows[0].id], reply=NewReply(still.short, "Objet", "Texte"), actor=stranger)
    reader = Actor("account", Account.objects.create_user("seul@exemple.example", "un-mot-de-passe-long").id)
    world.allow(reader, still.organisation, world.AGENT_ACTIONS)
    with pytest.raises(RefusedError):
        send(still, rows, actor=reader)
    with pytest.raises(AbsentError):
        send(still, rows, actor=SYSTEM)


def test_a_name_that_looks_like_a_field_stays_a_name(still: Town) -> None:
    (row,) = cases(still, 1)
    Folder.objects.filter(id=row.folder_id).update(applicant_first_name="{nom}", applicant_last_name='#image("x")')
    content = queries.letter_of("Objet", "{prénom} {nom}", Case.objects.get(id=row.id))
    assert '{nom} #image("x")' in PdfReader(BytesIO(content)).pages[0].extract_text()


def test_the_pages_from_the_inbox_to_the_answers(still: Town) -> None:
    rows = cases(still, 3)
    http = Client()
    http.force_login(still.here.agent)
    inbox = http.get(reverse("desk")).content.decode()
    assert inbox.count('name="dossiers"') == 3
    assert "Répondre aux 3 dossiers de cette vue" in inbox
    place = reverse("desk_reply")
    assert http.get(place).status_code == 404
    page = http.get(place, {"choix": "tout", "vue": "a-traiter"}).content.decode()
    [named] = re.findall(r'name="dossiers" value="([\w,-]+)"', page)
    chosen = named.split(",")
    assert sorted(chosen) == sorted(str(row.id) for row in rows)
    answer = {
        "dossiers": named,
        "circuit": str(still.short),
        "subject": "Votre demande",
        "body": TEXT,
        "after": "DONE",
    }
    assert http.post(place, answer | {"body": ""}).status_code == 422
    assert http.post(place, answer | {"body": "{age}"}).status_code == 422
    shown = http.post(place, answer | {"geste": "apercu"})
    assert (shown["Content-Type"], Reply.objects.count()) == ("application/pdf", 0)
    sent = http.post(place, answer)
    run = Reply.objects.all()[0].run
    assert sent["Location"] == reverse("desk_replies", args=[run])
    run_jobs()
    followed = http.get(sent["Location"]).content.decode()
    assert followed.count("Claire Dubois") == 3
    stranger = Client()
    stranger.force_login(still.here.foreign_agent)
    assert stranger.get(sent["Location"]).status_code == 404
    assert stranger.get(place, {"dossiers": chosen}).status_code == 404


def test_one_answer_with_its_document_from_the_page_of_the_case(still: Town) -> None:
    (row,) = cases(still, 1)
    http = Client()
    http.force_login(still.here.agent)
    case = reverse("desk_case", args=[row.id])
    assert "Envoyer une réponse à la signature" in http.get(case).content.decode()
    answer = {"dossiers": [str(row.id)], "circuit": str(still.short), "subject": "Votre demande", "after": "keep"}
    wrong = http.post(reverse("desk_reply"), answer | {"document": SimpleUploadedFile("a.pdf", b"not a pdf")})
    assert wrong.status_code == 422
    upload = SimpleUploadedFile("reponse.pdf", pdf(1), "application/pdf")
    assert http.post(reverse("desk_reply"), answer | {"document": upload})["Location"] == case
    run_jobs()
    page = http.get(case).content.decode()
    assert "Une réponse est à la signature" in page
    assert "chez Claire Dubois" in page


def test_a_program_sends_and_follows_answers(still: Town) -> None:
    rows = cases(still, 2)
    http = caller(still.here, still.here.rennes, *world.AGENT_ACTIONS, Action.ACT_PREPARE)
    body = {"cases": [str(row.id) for row in rows], "circuit": str(still.short), "subject": "Objet", "body": TEXT}
    made = post(http, "/api/v1/replies", body | {"status": "DONE"})
    assert (made.status_code, made.json()["count"]) == (202, 2)
    run_jobs()
    followed = http.get(f"/api/v1/replies/{made.json()['id']}").json()
    assert (followed["open"], {one["state"] for one in followed["replies"]}) == (2, {"to_sign"})
    again = post(http, "/api/v1/replies", body)
    assert (again.status_code, again.json()["errors"][0]["code"]) == (409, "reply_on_its_way")
    foreign = caller(still.here, still.here.nice, *world.AGENT_ACTIONS, Action.ACT_PREPARE)
    assert post(foreign, "/api/v1/replies", body).status_code == 404
    assert foreign.get(f"/api/v1/replies/{made.json()['id']}").status_code == 404


def test_an_agent_of_one_service_answers_its_cases_only(still: Town) -> None:
    root = Unit.objects.get(organisation_id=still.organisation)
    mine, other = (
        directory.add_unit(parent=root.id, name=name, kind=UnitKind.SERVICE, actor=SYSTEM) for name in ("Un", "Deux")
    )
    (row,) = cases(still, 1)
    agent = Actor("account", Account.objects.create_user("un@exemple.example", "un-mot-de-passe-long").id)
    grant = world.allow(agent, still.organisation, world.AGENT_ACTIONS)
    Grant.objects.filter(id=grant).update(unit=mine)
    world.allow(agent, still.organisation, (Action.ACT_PREPARE,))
    Case.objects.filter(id=row.id).update(unit=other)
    run = send(still, [row])
    with pytest.raises(AbsentError):
        queries.replies_of_run(run, agent)
    Reply.objects.all().delete()
    with pytest.raises(AbsentError):
        send(still, [row], actor=agent)
    Case.objects.filter(id=row.id).update(unit=mine)
    assert queries.replies_of_run(send(still, [row], actor=agent), agent).count() == 1
