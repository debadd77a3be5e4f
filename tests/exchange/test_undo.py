from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.test import Client
from django.urls import reverse

from parvis.access.enums import Action
from parvis.catalogue.enums import CaseStatus
from parvis.catalogue.models import Process
from parvis.core.actor import Actor
from parvis.core.clock import now
from parvis.core.errors import AbsentError, ConflictError
from parvis.core.ids import new_id
from parvis.exchange import commands
from parvis.exchange.models import Attachment, AttachmentRecipient, Case, Event, Notification
from parvis.ledger.models import Entry
from tests.support import files, world
from tests.support.deposits import deposited
from tests.support.jobs import run_jobs

pytestmark = pytest.mark.django_db


def refused_by_mistake(here: world.World) -> Case:
    case, _ = deposited(here)
    commands.open_case(case_id=case.id, actor=here.as_agent)
    commands.move_case(
        case_id=case.id, answer=commands.CaseAnswer(CaseStatus.IN_PROGRESS, author="Agent"), actor=here.as_agent
    )
    answer = commands.CaseAnswer(
        CaseStatus.DONE,
        author="Agent",
        documents=[commands.receive_document("attestation", "attestation.pdf", [files.PDF])],
    )
    commands.move_case(case_id=case.id, answer=answer, actor=here.as_agent)
    return case


def test_a_mistake_is_taken_back_and_both_stay_in_the_story() -> None:
    here = world.build()
    case = refused_by_mistake(here)
    AttachmentRecipient.objects.filter(case=case).update(deletable_from=now().date())
    run_jobs()
    mistake = Event.objects.filter(case=case).latest("id")
    undone = commands.undo_state(case_id=case.id, actor=here.as_agent)
    case.refresh_from_db()
    assert case.status == CaseStatus.IN_PROGRESS
    assert [event.new_status for event in Event.objects.filter(case=case)][-2:] == ["DONE", "IN_PROGRESS"]
    assert Event.objects.get(id=undone).undoes == mistake
    assert Notification.objects.filter(event_id=undone, recipient=here.operator).exists()
    assert not AttachmentRecipient.objects.filter(case=case).exclude(deletable_from=None).exists()
    assert Entry.objects.filter(action="case.undone", subject=f"case:{case.id}").count() == 1
    run_jobs()
    told = [message for message in mail.outbox if message.to == ["camille@exemple.example"]][-1]
    assert "Rectification" in told.subject
    assert "En cours de traitement" in told.body


def test_the_documents_of_a_mistake_are_withdrawn() -> None:
    here = world.build()
    case = refused_by_mistake(here)
    commands.undo_state(case_id=case.id, actor=here.as_agent)
    document = Attachment.objects.get(event__new_status="DONE")
    with pytest.raises(AbsentError):
        commands.deliver_attachment(attachment_id=document.id, actor=here.as_citizen)


def window_over(_here: world.World, _case: Case) -> None:
    Process.objects.update(undo_minutes=0)


def acknowledged(_here: world.World, case: Case) -> None:
    Notification.objects.filter(case=case, event__new_status="DONE").delete()


def downloaded(here: world.World, _case: Case) -> None:
    document = Attachment.objects.get(event__new_status="DONE")
    commands.deliver_attachment(attachment_id=document.id, actor=here.as_citizen)


def already_undone(here: world.World, case: Case) -> None:
    commands.undo_state(case_id=case.id, actor=here.as_agent)


def answered(here: world.World, case: Case) -> None:
    depositor = Actor("client", new_id())
    world.allow(depositor, here.operator.id, (Action.FOLDER_DEPOSIT, Action.FOLDER_READ))
    commands.add_event(
        case_id=case.id, event=commands.NewEvent("SENDING_MESSAGE", message="Merci", notify=False), actor=depositor
    )


def moved_since(here: world.World, case: Case) -> None:
    Case.objects.filter(id=case.id).update(status=CaseStatus.CLOSED)


@pytest.mark.parametrize("too_late", [window_over, acknowledged, downloaded, already_undone, answered, moved_since])
def test_too_late_is_refused_and_changes_nothing(too_late: Callable[[world.World, Case], None]) -> None:
    here = world.build()
    case = refused_by_mistake(here)
    too_late(here, case)
    before = (Case.objects.get(id=case.id).status, Event.objects.count(), Entry.objects.count())
    with pytest.raises(ConflictError, match="ne peut plus être annulée"):
        commands.undo_state(case_id=case.id, actor=here.as_agent)
    assert (Case.objects.get(id=case.id).status, Event.objects.count(), Entry.objects.count()) == before


@pytest.mark.parametrize(("minutes", "kept"), [(9.9, True), (10, False)])
def test_the_window_is_that_of_the_process(minutes: float, *, kept: bool) -> None:
    here = world.build()
    with time_machine.travel(now(), tick=False) as clock:
        case = refused_by_mistake(here)
        clock.shift(timedelta(minutes=minutes))
        assert ("desk_undo" in _page(here, case)) == kept


def _page(here: world.World, case: Case) -> str:
    client = Client()
    client.force_login(here.agent)
    content = client.get(reverse("desk_case", args=[case.id])).content.decode()
    return content.replace(reverse("desk_undo", args=[case.id]), "desk_undo")


def test_the_page_takes_a_decision_back_then_says_that_it_is_too_late(client: Client) -> None:
    here = world.build()
    case = refused_by_mistake(here)
    client.force_login(here.agent)
    page = client.post(reverse("desk_undo", args=[case.id]), follow=True).content.decode()
    assert "Décision annulée : retour à « En cours de traitement »" in page
    assert "Traité (annulé ensuite)" in page
    again = client.post(reverse("desk_undo", args=[case.id]), follow=True)
    assert "ne peut plus être annulée" in again.content.decode()


def test_a_state_that_the_author_claims_is_not_believed() -> None:
    """HubEE's clients write the present state themselves: the return goes to where the case really was."""
    here = world.build()
    case, _ = deposited(here)
    commands.open_case(case_id=case.id, actor=here.as_agent)
    event = commands.NewEvent("STATUS_UPDATE", present_status="DONE", new_status="IN_PROGRESS")
    commands.add_event(case_id=case.id, event=event, actor=here.as_agent)
    commands.undo_state(case_id=case.id, actor=here.as_agent)
    assert Case.objects.get(id=case.id).status == CaseStatus.SENT


def test_rights_a_decision_is_taken_back_by_its_own_side_only() -> None:
    here = world.build()
    case = refused_by_mistake(here)
    reader, depositor = Actor("client", new_id()), Actor("client", new_id())
    world.allow(reader, here.rennes.id, (Action.CASE_READ,))
    world.allow(depositor, here.operator.id, (Action.FOLDER_DEPOSIT,))
    for stranger in (here.as_foreign_agent, here.as_citizen, reader):
        with pytest.raises(AbsentError):
            commands.undo_state(case_id=case.id, actor=stranger)
    with pytest.raises(ConflictError):
        commands.undo_state(case_id=case.id, actor=depositor)
    assert commands.undo_state(case_id=case.id, actor=here.as_agent)
