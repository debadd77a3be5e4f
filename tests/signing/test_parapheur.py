"""A document's way through a circuit: visa, refusal, return, withdrawal, absence, and who may do what."""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest

from parvis.core.actor import ANONYMOUS, Actor
from parvis.core.clock import now
from parvis.core.errors import AbsentError, ConflictError, DomainError, RefusedError
from parvis.core.ids import new_id
from parvis.documents import commands as documents
from parvis.ledger.models import Entry
from parvis.notifications.models import Message
from parvis.signing import commands
from parvis.signing.commands import NewStep, Submission
from parvis.signing.enums import ItemState, StepKind, StepState
from parvis.signing.models import Item, ItemStep
from tests.support import parapheur
from tests.support.officers import pdf
from tests.support.parapheur import Town

pytestmark = pytest.mark.django_db


@pytest.fixture
def town() -> Town:
    return parapheur.build(keys=False)


def reread(item: Item) -> Item:
    return Item.objects.get(id=item.id)


def test_a_visa_gives_the_document_to_the_next_officer(town: Town) -> None:
    item = town.submit(circuit=town.long)
    assert (item.state, item.officer_id) == (ItemState.TO_VISA, town.reader.id)
    commands.approve(item_id=item.id, comment="Vu", actor=town.reader)
    item = reread(item)
    assert (item.state, item.officer_id) == (ItemState.TO_SIGN, town.mayor.id)
    first = ItemStep.objects.get(item=item, position=1)
    assert (first.state, first.done_by_id, first.comment) == (StepState.DONE, town.reader.id, "Vu")
    assert Entry.objects.filter(action="signing.approved", subject=f"item:{item.id}").count() == 1
    with pytest.raises(AbsentError):
        commands.approve(item_id=item.id, actor=town.reader)


def test_a_visa_is_taken_back_until_the_next_officer_acts(town: Town) -> None:
    item = town.submit(circuit=town.long)
    commands.approve(item_id=item.id, actor=town.reader)
    commands.take_back(item_id=item.id, actor=town.reader)
    assert reread(item).state == ItemState.TO_VISA
    assert ItemStep.objects.get(item=item, position=1).state == StepState.CURRENT
    commands.approve(item_id=item.id, actor=town.reader)
    commands.send_back(item_id=item.id, reason="Une faute à la page 2", actor=town.mayor)
    with pytest.raises((AbsentError, ConflictError)):
        commands.take_back(item_id=item.id, actor=town.reader)


def test_returned_corrected_and_sent_again(town: Town) -> None:
    item = town.submit(circuit=town.long)
    commands.send_back(item_id=item.id, reason="Une faute à la page 2", actor=town.reader)
    item = reread(item)
    assert (item.state, item.reason, item.officer_id) == (ItemState.RETURNED, "Une faute à la page 2", None)
    corrected = documents.keep_bytes(pdf(2))
    commands.resubmit(item_id=item.id, document=corrected, actor=town.clerk)
    item = reread(item)
    assert (item.state, item.document, item.reason) == (ItemState.TO_VISA, corrected, "")
    with pytest.raises(ConflictError):
        commands.resubmit(item_id=item.id, document=corrected, actor=town.clerk)


def test_a_refusal_says_why_and_ends(town: Town) -> None:
    item = town.submit()
    with pytest.raises(DomainError, match="pourquoi"):
        commands.refuse(item_id=item.id, reason="  ", actor=town.mayor)
    commands.refuse(item_id=item.id, reason="Hors de ma compétence", actor=town.mayor)
    assert reread(item).state == ItemState.REFUSED
    with pytest.raises((AbsentError, ConflictError)):
        commands.refuse(item_id=item.id, reason="Encore", actor=town.mayor)


def test_withdrawn_by_its_sender(town: Town) -> None:
    item = town.submit()
    commands.withdraw(item_id=item.id, actor=town.clerk)
    commands.withdraw(item_id=item.id, actor=town.clerk)
    assert reread(item).state == ItemState.WITHDRAWN
    assert Entry.objects.filter(action="signing.withdrawn").count() == 1


def test_the_same_document_submitted_twice_is_one(town: Town) -> None:
    first = town.submit(reference="D-12")
    assert town.submit(reference="D-12").id == first.id
    with pytest.raises(ConflictError, match="autre document"):
        town.submit(reference="D-12", content=pdf(3))


def test_bad_submissions_say_everything_that_is_wrong(town: Town) -> None:
    wrong = Submission(" ", "x.pdf", new_id(), "", form="word")
    with pytest.raises(DomainError) as refusal:
        commands.submit_many(
            organisation=town.organisation, circuit=town.short, source="test", submissions=[wrong], actor=town.clerk
        )
    codes = {problem.code for problem in refusal.value.problems}
    assert codes == {"title_missing", "bad_reference", "unknown_file", "unknown_form"}
    commands.archive_circuit(circuit_id=town.short, actor=town.administrator)
    with pytest.raises(AbsentError, match="circuit"):
        town.submit()


def test_someone_answers_for_the_absent_one(town: Town) -> None:
    item = town.submit()
    with pytest.raises(AbsentError):
        commands.refuse(item_id=item.id, reason="Non", actor=town.deputy)
    start = now()
    absence = commands.delegate(
        organisation=town.organisation,
        to=town.deputy.person,
        starts_at=start - timedelta(hours=1),
        ends_at=start + timedelta(days=7),
        actor=town.mayor,
    )
    commands.send_back(item_id=item.id, reason="Une faute", actor=town.deputy)
    assert ItemStep.objects.get(item=item).done_by_id == town.deputy.id
    commands.end_delegation(delegation_id=absence, actor=town.mayor)
    other = town.submit()
    with pytest.raises(AbsentError):
        commands.refuse(item_id=other.id, reason="Non", actor=town.deputy)
    for to, days in ((town.mayor, 7), (town.reader, 7), (town.deputy, -7), (town.deputy, 4000)):
        with pytest.raises(DomainError):
            commands.delegate(
                organisation=town.organisation,
                to=to.person,
                starts_at=start,
                ends_at=start + timedelta(days=days),
                actor=town.mayor,
            )


def test_a_circuit_ends_with_a_signature_by_people_who_may(town: Town) -> None:
    for name, steps in (
        ("", [NewStep(StepKind.SIGNATURE, town.mayor.person)]),
        ("Vide", []),
        ("Visa seul", [NewStep(StepKind.VISA, town.reader.person)]),
        ("Sans droit", [NewStep(StepKind.SIGNATURE, town.reader.person)]),
        ("Direct", [NewStep(StepKind.SIGNATURE, town.mayor.person)]),
    ):
        with pytest.raises(DomainError):
            commands.create_circuit(organisation=town.organisation, name=name, steps=steps, actor=town.administrator)


def _everything(town: Town, item: UUID) -> list[Callable[[Actor], object]]:
    start = now()
    return [
        lambda actor: commands.approve(item_id=item, actor=actor),
        lambda actor: commands.refuse(item_id=item, reason="Non", actor=actor),
        lambda actor: commands.send_back(item_id=item, reason="Non", actor=actor),
        lambda actor: commands.take_back(item_id=item, actor=actor),
        lambda actor: commands.withdraw(item_id=item, actor=actor),
        lambda actor: commands.resubmit(item_id=item, document=new_id(), actor=actor),
        lambda actor: commands.submit(
            organisation=town.organisation,
            circuit=town.short,
            source="test",
            submission=Submission("T", "f", new_id(), "r"),
            actor=actor,
        ),
        lambda actor: commands.submit_many(
            organisation=town.organisation, circuit=town.short, source="test", submissions=[], actor=actor
        ),
        lambda actor: commands.create_circuit(organisation=town.organisation, name="C", steps=[], actor=actor),
        lambda actor: commands.archive_circuit(circuit_id=town.short, actor=actor),
        lambda actor: commands.delegate(
            organisation=town.organisation, to=new_id(), starts_at=start, ends_at=start, actor=actor
        ),
        lambda actor: commands.end_delegation(delegation_id=new_id(), actor=actor),
        lambda actor: commands.freeze_batch(organisation=town.organisation, items=[item], actor=actor),
        lambda actor: commands.confirm_batch(batch_id=new_id(), digest=b"", actor=actor),
        lambda actor: commands.evidence_container(item_id=item, actor=actor),
        lambda actor: commands.cancel_batch(batch_id=new_id(), actor=actor),
    ]


def test_rights_a_stranger_is_refused_by_every_command(town: Town) -> None:
    item = town.submit(circuit=town.long)
    for stranger in (town.here.as_foreign_agent, town.here.as_citizen, ANONYMOUS):
        for gesture in _everything(town, item.id):
            with pytest.raises((RefusedError, AbsentError)):
                gesture(stranger)
    assert reread(item).changed_at == item.changed_at


def test_rights_the_officers_own_right_is_asked_at_each_gesture(town: Town) -> None:
    """Someone in the circuit whose grant was taken away may no longer answer."""
    from parvis.access.models import Grant  # noqa: PLC0415 - to take it away as an administrator does

    item = town.submit(circuit=town.long)
    Grant.objects.filter(principal_id=town.reader.person).update(revoked_at=now())
    with pytest.raises(RefusedError):
        commands.approve(item_id=item.id, actor=town.reader)


def test_ten_thousand_documents_are_submitted_at_once(town: Town) -> None:
    kept = documents.keep_bytes(b"%PDF- shared startxref %%EOF")
    many = [Submission(f"Réponse {place}", "r.pdf", kept, f"R-{place}") for place in range(10_000)]
    made = commands.submit_many(
        organisation=town.organisation, circuit=town.long, source="test", submissions=many, actor=town.clerk
    )
    assert Item.objects.count() == len(set(made)) == 10_000
    assert ItemStep.objects.count() == 20_000
    assert Entry.objects.filter(action="signing.submitted").count() == 10_000
    with pytest.raises(ConflictError, match="R-9999"):
        commands.submit_many(
            organisation=town.organisation, circuit=town.long, source="test", submissions=many[-1:], actor=town.clerk
        )


def test_officers_are_reminded_once(town: Town) -> None:
    for _ in range(3):
        town.submit()
    assert commands.remind_officers() == 0
    Item.objects.update(changed_at=now() - timedelta(days=3))
    assert commands.remind_officers() == 1
    assert commands.remind_officers() == 0
    mail = Message.objects.get()
    assert mail.recipient == "maire@exemple.example"
    assert "3 documents" in mail.subject
