from dataclasses import replace
from threading import Barrier, Thread

import pytest
from django.db import connection

from parvis.access.enums import Action
from parvis.catalogue.enums import CaseStatus
from parvis.core.actor import SYSTEM, Actor
from parvis.core.errors import ConflictError, DomainError, RefusedError
from parvis.core.ids import new_id
from parvis.exchange import commands
from parvis.exchange.commands import Applicant, Deposit, NewAttachment, NewCase
from parvis.exchange.models import Attachment, Case, Folder, Notification
from tests.support import world
from tests.support.ledger import actions
from tests.support.world import PROCESS, World


def folder(here: World, **changes: object) -> Deposit:
    base = Deposit(PROCESS, "DILA-RCO-0000000000001", Applicant("Camille", "Martin"), [NewCase(here.rennes.id)])
    return replace(base, **changes)  # type: ignore[arg-type]


PIECE = NewAttachment("ji", "carte.pdf", 1000, "application/pdf")


@pytest.mark.django_db
def test_one_deposit_makes_one_case_per_recipient() -> None:
    here = world.build()
    made = commands.deposit(
        deposit=folder(here, cases=[NewCase(here.rennes.id), NewCase(here.nice.id)]),
        depositor=here.operator.id,
        actor=SYSTEM,
    )
    cases = Case.objects.order_by("external_id")
    assert [case.external_id[-3:] for case in cases] == ["-01", "-02"]
    assert {case.status for case in cases} == {CaseStatus.HUBEE_NOTIFIED}
    assert {note.recipient_id for note in Notification.objects.all()} == {here.rennes.id, here.nice.id}
    assert made.cases == tuple(case.id for case in cases)
    assert "folder.deposited" in actions()


@pytest.mark.django_db
def test_recipients_are_told_only_when_every_document_has_come() -> None:
    here = world.build()
    made = commands.deposit(deposit=folder(here, attachments=[PIECE]), depositor=here.operator.id, actor=SYSTEM)
    assert made.status == CaseStatus.HUBEE_RECEIVED
    assert not Notification.objects.exists()
    with pytest.raises(ConflictError) as refused:
        commands.complete_folder(folder_id=made.id, actor=SYSTEM)
    assert refused.value.code == "attachments_missing"
    Attachment.objects.update(state="REJECTED")
    commands.complete_folder(folder_id=made.id, actor=SYSTEM)
    commands.complete_folder(folder_id=made.id, actor=SYSTEM)
    assert Notification.objects.count() == 1


@pytest.mark.django_db
def test_rights_a_stranger_may_not_deposit() -> None:
    here = world.build()
    stranger = Actor("client", new_id())
    with pytest.raises(RefusedError):
        commands.deposit(deposit=folder(here), depositor=here.operator.id, actor=stranger)
    world.allow(stranger, here.operator.id, (Action.FOLDER_DEPOSIT,), process="EtatCivil")
    with pytest.raises(RefusedError):
        commands.deposit(deposit=folder(here), depositor=here.operator.id, actor=stranger)
    world.allow(stranger, here.operator.id, (Action.FOLDER_DEPOSIT,), process=PROCESS)
    assert commands.deposit(deposit=folder(here), depositor=here.operator.id, actor=stranger)


@pytest.mark.django_db
def test_rights_a_citizen_deposits_for_themselves_only() -> None:
    here = world.build()
    own = Applicant("Camille", "Martin", account=here.citizen.id)
    assert commands.deposit(deposit=folder(here, applicant=own), depositor=here.operator.id, actor=here.as_citizen)
    other = folder(here, external_id="X2", applicant=replace(own, account=here.agent.id))
    with pytest.raises(RefusedError):
        commands.deposit(deposit=other, depositor=here.operator.id, actor=here.as_citizen)
    with pytest.raises(RefusedError):
        commands.deposit(
            deposit=folder(here, external_id="X3", applicant=own), depositor=here.rennes.id, actor=here.as_citizen
        )


@pytest.mark.django_db
def test_every_defect_is_listed_and_nothing_is_written() -> None:
    here = world.build()
    bad = folder(
        here,
        external_id="",
        applicant=Applicant("", " "),
        cases=[NewCase(here.rennes.id), NewCase(here.operator.id)],
        attachments=[
            NewAttachment("inconnu", "a.exe", 10, "application/x-msdownload"),
            replace(PIECE, size=0),
            replace(PIECE, recipients=[7]),
        ],
    )
    with pytest.raises(DomainError) as refused:
        commands.deposit(deposit=bad, depositor=here.operator.id, actor=SYSTEM)
    assert {problem.code for problem in refused.value.problems} == {
        "applicant_name",
        "external_id",
        "attachment_type",
        "attachment_format",
        "attachment_size",
        "attachment_recipient",
        "not_subscribed",
    }
    assert not Folder.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(("changes", "code"), [({"process": "nope"}, "unknown_process"), ({"cases": []}, "recipients")])
def test_a_deposit_that_makes_no_sense_is_refused(changes: dict[str, object], code: str) -> None:
    here = world.build()
    with pytest.raises(DomainError) as refused:
        commands.deposit(deposit=folder(here, **changes), depositor=here.operator.id, actor=SYSTEM)
    assert refused.value.code == code


@pytest.mark.django_db
def test_an_external_id_serves_once() -> None:
    here = world.build()
    commands.deposit(deposit=folder(here), depositor=here.operator.id, actor=SYSTEM)
    with pytest.raises(ConflictError) as refused:
        commands.deposit(deposit=folder(here), depositor=here.operator.id, actor=SYSTEM)
    assert refused.value.code == "duplicate_external_id"
    assert Folder.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_deposits_at_once_one_wins() -> None:
    here = world.build()
    barrier, outcomes = Barrier(2), []

    def go() -> None:
        barrier.wait()
        try:
            commands.deposit(deposit=folder(here), depositor=here.operator.id, actor=SYSTEM)
            outcomes.append("made")
        except ConflictError:
            outcomes.append("refused")
        finally:
            connection.close()

    threads = [Thread(target=go) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["made", "refused"]
    assert (Folder.objects.count(), Case.objects.count(), Notification.objects.count()) == (1, 1, 1)


@pytest.mark.django_db
def test_the_number_of_queries_does_not_grow(django_assert_num_queries: object) -> None:
    from django.test.utils import CaptureQueriesContext  # noqa: PLC0415

    here = world.build()
    counts = []
    for size in (1, 40):
        attachments = [replace(PIECE, name=f"{n}.pdf") for n in range(size)]
        with CaptureQueriesContext(connection) as captured:
            commands.deposit(
                deposit=folder(here, external_id=f"N{size}", attachments=attachments),
                depositor=here.operator.id,
                actor=SYSTEM,
            )
        counts.append(len(captured))
    assert counts[0] == counts[1]
