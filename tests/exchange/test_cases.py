import pytest

from parvis.access.enums import Action
from parvis.catalogue import workflow
from parvis.catalogue.enums import SETTLED, CaseStatus, Workflow
from parvis.core.actor import ANONYMOUS, Actor
from parvis.core.errors import AbsentError, ConflictError, DomainError, RefusedError
from parvis.core.ids import new_id
from parvis.exchange import commands, queries
from parvis.exchange.commands import CaseAnswer
from parvis.exchange.models import Attachment, Case, Event, Notification
from tests.support import files, world
from tests.support.deposits import deposited
from tests.support.jobs import run_jobs
from tests.support.ledger import actions

pytestmark = pytest.mark.django_db


def test_reading_a_case_is_journaled_and_marks_it_sent() -> None:
    here = world.build()
    case, _ = deposited(here)
    commands.open_case(case_id=case.id, actor=here.as_agent)
    case.refresh_from_db()
    assert case.status == CaseStatus.SENT
    assert actions()[-1] == "case.read"


def test_a_change_of_state_is_one_event_and_one_notification() -> None:
    here = world.build()
    case, _ = deposited(here)
    Notification.objects.all().delete()
    for _ in range(2):
        commands.move_case(case_id=case.id, answer=CaseAnswer(CaseStatus.SI_RECEIVED), actor=here.as_agent)
    case.refresh_from_db()
    assert case.status == CaseStatus.SI_RECEIVED
    assert set(Notification.objects.values_list("recipient_id", flat=True)) == {here.operator.id}


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (CaseStatus.ARCHIVED, "not_yours_to_set"),
        (CaseStatus.HUBEE_RECEIVED, "not_yours_to_set"),
        (CaseStatus.CLOSED, "not_yours_to_set"),
        (CaseStatus.SENT, "forbidden_transition"),
    ],
)
def test_a_forbidden_transition_is_refused(status: CaseStatus, code: str) -> None:
    here = world.build()
    case, _ = deposited(here)
    Case.objects.update(status=CaseStatus.DONE)
    with pytest.raises(ConflictError) as refused:
        commands.move_case(case_id=case.id, answer=CaseAnswer(status), actor=here.as_agent)
    assert refused.value.code == code
    assert not Event.objects.exists()


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (CaseAnswer("NOPE"), "unknown_status"),
        (CaseAnswer(CaseStatus.REFUSED), "message_missing"),
        (CaseAnswer(CaseStatus.ADD_AWAITING, message="  "), "message_missing"),
        (CaseAnswer(message="x" * 1001), "message_too_long"),
    ],
)
def test_a_senseless_answer_is_refused(answer: CaseAnswer, code: str) -> None:
    here = world.build()
    case, _ = deposited(here)
    with pytest.raises(DomainError) as refused:
        commands.move_case(case_id=case.id, answer=answer, actor=here.as_agent)
    assert refused.value.code == code


def test_an_answer_must_be_in_a_format_of_the_process() -> None:
    here = world.build()
    case, _ = deposited(here)
    picture = commands.receive_document("attestation", "photo.png", (files.PNG,))
    with pytest.raises(DomainError) as refused:
        commands.move_case(
            case_id=case.id, answer=CaseAnswer(CaseStatus.DONE, documents=[picture]), actor=here.as_agent
        )
    assert refused.value.code == "wrong_format"


def test_rights_only_the_recipients_agents_see_and_move() -> None:
    here = world.build()
    case, _ = deposited(here)
    for stranger in (here.as_foreign_agent, here.as_citizen, ANONYMOUS, Actor("client", new_id())):
        with pytest.raises(AbsentError):
            commands.open_case(case_id=case.id, actor=stranger)
        with pytest.raises(AbsentError):
            commands.move_case(case_id=case.id, answer=CaseAnswer(CaseStatus.DONE), actor=stranger)
    reader = Actor("client", new_id())
    world.allow(reader, here.rennes.id, (Action.CASE_READ,))
    commands.open_case(case_id=case.id, actor=reader)
    with pytest.raises(RefusedError):
        commands.move_case(case_id=case.id, answer=CaseAnswer(CaseStatus.DONE), actor=reader)


def test_rights_the_inbox_is_exactly_what_may_be_read() -> None:
    here = world.build()
    case, _ = deposited(here)
    assert [row.id for row in queries.inbox(here.as_agent)] == [case.id]
    assert list(queries.inbox(here.as_foreign_agent)) == []
    assert list(queries.inbox(here.as_citizen)) == []
    assert list(queries.inbox(ANONYMOUS)) == []


def test_rights_only_the_applicant_answers_and_only_when_asked() -> None:
    here = world.build()
    case, _ = deposited(here)
    answer = CaseAnswer(message="Voici.")
    with pytest.raises(ConflictError):
        commands.answer_as_applicant(case_id=case.id, answer=answer, actor=here.as_citizen)
    commands.move_case(
        case_id=case.id, answer=CaseAnswer(CaseStatus.ADD_AWAITING, message="Le verso ?"), actor=here.as_agent
    )
    for stranger in (here.as_agent, here.as_foreign_agent, ANONYMOUS):
        with pytest.raises(AbsentError):
            commands.answer_as_applicant(case_id=case.id, answer=answer, actor=stranger)
    with pytest.raises(DomainError):
        commands.answer_as_applicant(case_id=case.id, answer=CaseAnswer(message=" "), actor=here.as_citizen)
    commands.answer_as_applicant(case_id=case.id, answer=answer, actor=here.as_citizen)
    case.refresh_from_db()
    assert case.status == CaseStatus.HUBEE_NOTIFIED


def test_the_applicant_never_sees_internal_notes() -> None:
    here = world.build()
    case, _ = deposited(here)
    commands.move_case(
        case_id=case.id,
        answer=CaseAnswer(CaseStatus.IN_PROGRESS, message="Nous regardons.", comment="Dossier douteux"),
        actor=here.as_agent,
    )
    commands.move_case(case_id=case.id, answer=CaseAnswer(comment="Rappeler lundi"), actor=here.as_agent)
    seen = queries.timeline(case, for_applicant=True)
    assert [entry.comment for entry in seen] == [""]
    assert "Rappeler lundi" in [entry.comment for entry in queries.timeline(case, for_applicant=False)]


def test_rights_a_document_goes_to_its_case_only_and_every_delivery_is_journaled() -> None:
    here = world.build()
    case, _ = deposited(here)
    document = Attachment.objects.filter(type="ji").get()
    for stranger in (here.as_foreign_agent, ANONYMOUS, Actor("client", new_id())):
        with pytest.raises(AbsentError):
            commands.deliver_attachment(attachment_id=document.id, actor=stranger)
    before = actions().count("attachment.delivered")
    for reader in (here.as_agent, here.as_citizen):
        delivery = commands.deliver_attachment(attachment_id=document.id, actor=reader)
        assert b"".join(delivery.chunks) == files.PDF
    assert actions().count("attachment.delivered") == before + 2
    assert case.external_id


def test_no_delivery_without_its_journal_entry(monkeypatch: pytest.MonkeyPatch) -> None:
    here = world.build()
    deposited(here)
    document = Attachment.objects.filter(type="ji").get()

    def broken(**_: object) -> None:
        raise RuntimeError("the journal cannot be written")

    monkeypatch.setattr("parvis.exchange.commands.attachments.ledger.record", broken)
    with pytest.raises(RuntimeError):
        commands.deliver_attachment(attachment_id=document.id, actor=here.as_agent)


def test_rights_a_notification_is_acknowledged_by_its_owner() -> None:
    here = world.build()
    deposited(here)
    note = queries.notifications(here.as_agent)[0]
    with pytest.raises(AbsentError):
        commands.acknowledge(notification_id=note.id, actor=here.as_foreign_agent)
    commands.acknowledge(notification_id=note.id, actor=here.as_agent)
    with pytest.raises(AbsentError):
        commands.acknowledge(notification_id=note.id, actor=here.as_agent)
    assert queries.notifications(here.as_agent) == []
    assert run_jobs() == []


@pytest.mark.parametrize("table", list(Workflow))
def test_every_state_of_a_workflow_can_end(table: Workflow) -> None:
    for start in workflow.TABLES[table]:
        reached, frontier = {start}, {start}
        while frontier:
            frontier = {n for s in frontier for n in workflow.next_states(table, s)} - reached
            reached |= frontier
        assert reached & SETTLED, start
        assert workflow.may_follow(table, start, start)


def test_only_one_workflow_asks_for_complements() -> None:
    asks = {
        table: any(CaseStatus.ADD_AWAITING in following for following in workflow.TABLES[table].values())
        for table in Workflow
    }
    assert [table for table, asked in asks.items() if asked] == [Workflow.WITH_COMPLEMENT]
