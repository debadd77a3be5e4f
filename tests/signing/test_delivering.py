"""Answers that an officer signs go to their cases, each once, whatever happens meanwhile."""

from io import BytesIO
from typing import Any
from uuid import UUID

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader

from parvis.catalogue.enums import CaseStatus
from parvis.catalogue.models import Process
from parvis.core.errors import ConflictError
from parvis.documents import commands as documents
from parvis.documents import queries as stored
from parvis.exchange import commands
from parvis.exchange.commands import delivering
from parvis.exchange.enums import ReplyState
from parvis.exchange.letters import letter
from parvis.exchange.models import Attachment, Event, Reply
from parvis.exchange.queries import replies as drawing
from parvis.signing import commands as parapheur_commands
from parvis.signing.keys.signer import SignerClient
from parvis.signing.models import Item
from tests.support import parapheur, world
from tests.support.jobs import run_jobs
from tests.support.officers import pdf
from tests.support.parapheur import Town
from tests.support.replies import cases, ready, send, sign_all, states

pytestmark = pytest.mark.django_db


@pytest.fixture
def town(signing: SignerClient) -> Town:
    return ready(parapheur.build())


@pytest.fixture
def still() -> Town:
    """A town with no signer: what comes before a signature."""
    return ready(parapheur.build(keys=False))


def test_many_answers_by_one_confirmation_each_in_its_case(town: Town) -> None:
    rows = cases(town, 12)
    run = send(town, rows)
    run_jobs()
    assert states(run) == {ReplyState.TO_SIGN}
    sign_all(town)
    assert states(run) == {ReplyState.DELIVERED}
    for row in rows:
        row.refresh_from_db()
        assert row.status == CaseStatus.DONE
        attachment = Attachment.objects.get(event__case=row)
        content = b"".join(stored.content(attachment.file_id))  # type: ignore[arg-type]
        assert b"/ByteRange" in content
        words = " ".join(PdfReader(BytesIO(content)).pages[0].extract_text().split())
        assert f"Bonjour Camille {row.folder.applicant_last_name}" in words
        assert row.external_id in words
        assert "Mairie de Rennes" in words
    seen = {event.case_id: event for event in Event.objects.filter(case__in=rows)}
    assert len(seen) == Event.objects.filter(case__in=rows).count() == 12


def test_a_document_brought_by_the_agent_is_signed_as_it_is(town: Town) -> None:
    (row,) = cases(town, 1)
    brought = documents.receive((pdf(1),), documents.Expectation(max_bytes=10_000_000))
    run = send(town, [row], body="", document=brought, status="")
    run_jobs()
    sign_all(town)
    row.refresh_from_db()
    assert (states(run), row.status) == ({ReplyState.DELIVERED}, CaseStatus.SENT)
    content = b"".join(stored.content(Attachment.objects.get(event__case=row).file_id))  # type: ignore[arg-type]
    assert content.startswith(pdf(1)[:1000])


def test_the_same_news_twice_delivers_once(town: Town) -> None:
    rows = cases(town, 2)
    send(town, rows)
    run_jobs()
    sign_all(town)
    for item in Item.objects.filter(source=commands.REPLIES):
        assert item.signature
        commands.deliver_reply(reply_id=UUID(item.reference), result=item.signature)
        commands.end_reply(reply_id=UUID(item.reference), state="refused", reason="trop tard")
    assert Event.objects.filter(case__in=rows).count() == 2
    assert Attachment.objects.filter(event__case__in=rows).count() == 2
    assert set(Reply.objects.values_list("state", flat=True)) == {ReplyState.DELIVERED}


def test_a_crash_in_the_middle_of_a_delivery_leaves_nothing_half_done(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    (row,) = cases(town, 1)
    send(town, [row])
    run_jobs()
    items = list(Item.objects.filter(source=commands.REPLIES).values_list("id", flat=True))
    town.confirm(town.freeze(*items))
    with monkeypatch.context() as broken:
        broken.setattr(Reply, "save", lambda *_a, **_k: (_ for _ in ()).throw(OSError("the disk is full")))
        with pytest.raises(OSError, match="disk"), transaction.atomic():
            run_jobs()
    assert not Event.objects.filter(case=row).exists()
    run_jobs()
    assert Event.objects.filter(case=row).count() == 1
    assert Reply.objects.get().state == ReplyState.DELIVERED


def test_a_crash_while_the_letters_are_made_makes_none_twice(still: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    run = send(still, cases(still, 7))
    monkeypatch.setattr(delivering, "CHUNK", 3)
    good, made = letter, []

    def dies(*given: Any) -> bytes:
        made.append(given)
        if len(made) == 5:
            raise OSError("killed")
        return good(*given)

    with monkeypatch.context() as broken:
        broken.setattr(drawing, "letter", dies)
        with pytest.raises(OSError, match="killed"):
            commands.make_replies(run=run, actor=still.here.as_agent)
    assert Item.objects.filter(source=commands.REPLIES).count() == 3
    assert commands.make_replies(run=run, actor=still.here.as_agent) == 4
    assert Item.objects.filter(source=commands.REPLIES).count() == 7
    assert states(run) == {ReplyState.TO_SIGN}


def test_a_refusal_or_a_return_is_told_on_the_case(still: Town) -> None:
    rows = cases(still, 3)
    send(still, rows)
    run_jobs()
    items = [Item.objects.get(reference=str(Reply.objects.get(case=row).id)) for row in rows]
    parapheur_commands.refuse(item_id=items[0].id, reason="Le demandeur a déménagé.", actor=still.mayor)
    parapheur_commands.send_back(item_id=items[1].id, reason="Une faute.", actor=still.mayor)
    parapheur_commands.withdraw(item_id=items[2].id, actor=still.here.as_agent)
    run_jobs()
    run_jobs()
    said = [Reply.objects.get(case=row) for row in rows]
    assert [one.state for one in said] == [ReplyState.REFUSED, ReplyState.RETURNED, ReplyState.WITHDRAWN]
    assert [one.reason for one in said] == ["Le demandeur a déménagé.", "Une faute.", ""]
    notes = list(Event.objects.filter(case__in=rows).order_by("id"))
    assert "Le demandeur a déménagé." in notes[0].comment
    assert {(one.type, one.message) for one in notes} == {("COM_ADD", "")}
    http = Client()
    http.force_login(still.here.agent)
    page = http.get(reverse("desk_case", args=[rows[0].id])).content.decode()
    assert "Le demandeur a déménagé." in page
    assert "La dernière réponse n’a pas été remise" in page
    send(still, rows[:1])
    with pytest.raises(ConflictError, match="déjà à la signature"):
        send(still, rows[1:2])


def test_a_returned_answer_corrected_and_signed_is_delivered(town: Town) -> None:
    (row,) = cases(town, 1)
    send(town, [row])
    run_jobs()
    item = Item.objects.get(source=commands.REPLIES)
    parapheur_commands.send_back(item_id=item.id, reason="Une faute.", actor=town.mayor)
    run_jobs()
    parapheur_commands.resubmit(item_id=item.id, document=documents.keep_bytes(pdf(1)), actor=town.here.as_agent)
    sign_all(town)
    assert Reply.objects.get().state == ReplyState.DELIVERED


def test_a_case_that_moved_meanwhile_keeps_its_state_and_gets_the_answer(town: Town) -> None:
    (row,) = cases(town, 1)
    send(town, [row])
    run_jobs()
    refusal = commands.CaseAnswer(CaseStatus.REFUSED, "Hors délai.")
    commands.move_case(case_id=row.id, answer=refusal, actor=town.here.as_agent)
    sign_all(town)
    row.refresh_from_db()
    assert (row.status, Reply.objects.get().state) == (CaseStatus.REFUSED, ReplyState.DELIVERED)
    assert "L’état n’a pas changé" in Event.objects.filter(case=row).latest("id").comment


def test_a_process_closed_meanwhile_is_told_and_nothing_turns_in_circles(town: Town) -> None:
    (row,) = cases(town, 1)
    send(town, [row])
    run_jobs()
    Process.objects.filter(code=world.PROCESS).update(is_active=False)
    sign_all(town)
    reply = Reply.objects.get()
    assert (reply.state, "fermée" in reply.reason) == (ReplyState.FAILED, True)


def test_a_case_erased_meanwhile_troubles_nobody(town: Town) -> None:
    (row,) = cases(town, 1)
    send(town, [row])
    run_jobs()
    row.folder.delete()
    sign_all(town)
    assert not Reply.objects.exists()
