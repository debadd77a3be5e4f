"""The citizen reads who did what with their data, and nothing of anyone else's."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from parvis.access.enums import Action
from parvis.catalogue.enums import CaseStatus
from parvis.core.actor import Actor
from parvis.core.ids import new_id
from parvis.exchange import commands as exchange
from parvis.exchange import queries as hub
from parvis.exchange.models import Attachment
from parvis.identity import queries as identity
from parvis.ledger import commands as ledger
from parvis.ledger import queries as ledger_queries
from parvis.teleservices.pages.consulting import ACTS
from tests.exchange.test_webhook_pages import signed
from tests.support import world
from tests.support.deposits import deposited

pytestmark = pytest.mark.django_db
PLACE = "consultations"


def read(http: Client) -> str:
    answer = http.get(reverse(PLACE))
    assert answer.status_code == 200
    return answer.content.decode()


def test_each_consultation_is_told_with_who_and_for_whom() -> None:
    here = world.build()
    case, _ = deposited(here)
    http = signed(here.citizen)
    assert "Dossier consulté" not in read(http)
    agent = identity.actor_of(here.agent)
    exchange.open_case(case_id=case.id, actor=agent)
    document = Attachment.objects.filter(folder=case.folder, event=None).first()
    assert document
    exchange.deliver_attachment(attachment_id=document.id, actor=agent)
    exchange.move_case(case_id=case.id, answer=exchange.CaseAnswer(CaseStatus.IN_PROGRESS), actor=agent)
    page = read(http)
    for said in ("Dossier consulté", "Pièce téléchargée", "Dossier traité", here.rennes.name, str(here.agent)):
        assert said in page, said
    assert page.count(here.rennes.name) >= 3, "once an act"


def test_an_act_is_for_the_organisation_whose_right_allowed_it_and_the_same_one_is_counted() -> None:
    here = world.build()
    case, _ = deposited(here)
    program = Actor("client", new_id(), label="Guichet déposant")
    world.allow(program, here.operator.id, (Action.FOLDER_READ, Action.FOLDER_DEPOSIT))
    for _again in range(3):
        exchange.read_case(case_id=case.id, actor=program)
    page = read(signed(here.citizen))
    assert "Dossier consulté (× 3)" in page
    line = page[page.index("Dossier consulté (× 3)") :].partition("</tr>")[0]
    assert "Logiciel : Guichet déposant" in line
    assert here.operator.name in line
    assert here.rennes.name not in line, "it only received the folder"


def test_ones_own_acts_and_refusals_are_left_out_and_others_data_never_shown() -> None:
    here = world.build()
    deposited(here)
    ledger.record(actor=here.as_agent, action="case.read", subject="case:x", about=here.citizen.id, outcome="refused")
    assert "Dossier consulté" not in read(signed(here.citizen)), "refused"
    assert "Demande envoyée" not in read(signed(here.citizen))
    assert "Personne n’a encore consulté" in read(signed(here.foreign_agent))
    assert Client().get(reverse(PLACE)).status_code == 302


def test_organisations_are_named_for_ones_own_folders_only() -> None:
    here = world.build()
    case, _ = deposited(here)
    subjects = [f"case:{case.id}", f"folder:{case.folder_id}", "request:autre"]
    assert hub.recipients_of(subjects, here.as_citizen) == dict.fromkeys(subjects[:2], here.rennes.name)
    assert hub.recipients_of(subjects, here.as_agent) == {}


def test_the_number_of_queries_does_not_grow() -> None:
    here = world.build()
    case, _ = deposited(here)
    http = signed(here.citizen)
    exchange.open_case(case_id=case.id, actor=here.as_agent)
    read(http)
    counts = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as seen:
            read(http)
        counts.append(len(seen))
        for _ in range(10):
            exchange.read_case(case_id=case.id, actor=here.as_agent)
    assert counts[0] == counts[1]


def test_every_act_on_a_persons_data_has_its_words() -> None:
    here = world.build()
    case, _ = deposited(here)
    exchange.open_case(case_id=case.id, actor=here.as_agent)
    acts = ledger_queries.acts_of_others_on(here.citizen.id).values_list("action", flat=True)
    assert set(acts) <= set(ACTS)
    assert "case.read" in acts
