from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail
from hypothesis import given
from hypothesis import strategies as st

from parvis.access.enums import Action
from parvis.catalogue.enums import CaseStatus
from parvis.core.actor import SYSTEM, Actor
from parvis.core.clock import now
from parvis.core.errors import RefusedError
from parvis.documents.models import StoredFile
from parvis.exchange import commands, profile
from parvis.exchange.models import Attachment, AttachmentRecipient, Case, DownloadBudget, Folder
from parvis.identity import commands as identity
from parvis.identity import queries
from tests.support import world
from tests.support.jobs import run_jobs
from tests.support.ledger import actions
from tests.support.world import PROCESS, World

START = datetime(2026, 12, 31, 8, tzinfo=UTC)


@pytest.fixture(autouse=True)
def no_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Thousands of documents without their bytes: the breaker stands before the store."""
    monkeypatch.setattr("parvis.documents.store.read", lambda _id: iter((b"x",)))
    monkeypatch.setattr("parvis.documents.queries.is_there", lambda _id: True)


def archive(here: World, count: int, *, status: str, told_days_ago: int) -> list[Attachment]:
    """Make so many documents of Rennes, one a case, told so long ago, each taken once by its town."""
    told = now() - timedelta(days=told_days_ago)
    shared = StoredFile.objects.create(sha256=bytes(32), size=1, mime="application/pdf")
    folders = [Folder(external_id=f"F{n}", process_id=PROCESS, depositor=here.operator) for n in range(count)]
    Folder.objects.bulk_create(folders)
    cases = [
        Case(folder=f, recipient=here.rennes, process_id=PROCESS, external_id="1", status=status, sent_at=told)
        for f in folders
    ]
    Case.objects.bulk_create(cases)
    rows = [
        Attachment(folder=f, type="ji", name="a.pdf", size=1, mime="application/pdf", state="RECEIVED", file=shared)
        for f in folders
    ]
    Attachment.objects.bulk_create(rows)
    taken = 1 if told_days_ago else 0
    AttachmentRecipient.objects.bulk_create(
        AttachmentRecipient(attachment=row, case=case, deliveries=taken) for row, case in zip(rows, cases, strict=True)
    )
    return rows


def town_software(here: World) -> Actor:
    made = identity.register_client(name="Logiciel", scopes=["SI"], actor=SYSTEM)
    caller = Actor("client", made.client, label="Logiciel")
    world.allow(caller, here.rennes.id, (Action.CASE_READ, Action.CASE_DOWNLOAD))
    return caller


def pull(rows: list[Attachment], caller: Actor) -> int:
    for count, row in enumerate(rows):
        try:
            commands.deliver_attachment(attachment_id=row.id, actor=caller)
        except commands.CutError:
            return count
    return len(rows)


@pytest.mark.django_db
def test_a_theft_of_the_archive_is_stopped_within_a_hundred_documents(settings: object) -> None:
    settings.OPERATOR_EMAIL = "exploitant@parvis.example"  # type: ignore[attr-defined]
    here = world.build()
    rows = archive(here, 300, status=CaseStatus.CLOSED, told_days_ago=200)
    thief = town_software(here)
    token = _token(thief)
    assert queries.actor_of_token(token) is not None
    assert pull(rows, thief) <= 100
    assert queries.actor_of_token(token) is None, "its tokens are suspended"
    assert pull(rows, thief) == 0, "and it stays cut"
    assert "breaker.tripped" in actions()
    run_jobs()
    assert mail.outbox[-1].to == ["exploitant@parvis.example"]


def _token(caller: Actor) -> str:
    from parvis.identity import rules  # noqa: PLC0415
    from parvis.identity.models import AccessToken  # noqa: PLC0415

    AccessToken.objects.create(
        digest=rules.digest("jeton"), client_id=caller.person, scope="SI", expires_at=now() + timedelta(hours=1)
    )
    return "jeton"


@pytest.mark.django_db
def test_a_busy_town_on_31_december_is_not_cut() -> None:
    here = world.build()
    rows = archive(here, 600, status=CaseStatus.HUBEE_NOTIFIED, told_days_ago=0)
    caller = town_software(here)
    assert pull(rows, caller) == 600
    assert pull(rows[:300], caller) == 300, "nor when it takes many again after a broken night"
    assert not DownloadBudget.objects.filter(suspended_at__isnull=False).exists()


@pytest.mark.django_db
def test_rights_only_the_platform_lifts_a_cut() -> None:
    here = world.build()
    rows = archive(here, 150, status=CaseStatus.CLOSED, told_days_ago=200)
    caller = town_software(here)
    pull(rows, caller)
    with pytest.raises(RefusedError):
        commands.lift_cut(principal=caller.reference, actor=here.as_agent)
    commands.lift_cut(principal=caller.reference, actor=SYSTEM)
    assert pull(rows[:5], caller) == 5
    assert "breaker.lifted" in actions()


@given(st.lists(st.integers(0, 4 * 86_400), max_size=300))
def test_no_past_ever_allows_a_hundred_in_a_row(pauses: list[int]) -> None:
    moment, budget = START, profile.fresh(START)
    for pause in pauses:
        moment += timedelta(seconds=pause)
        budget = profile.spend(budget, moment)
        assert budget.tokens <= profile.MOST
        assert profile.LEAST <= profile.capacity(budget.mean_per_day) <= profile.MOST
    in_a_row = 0
    while budget.tokens >= 0 and in_a_row < 200:
        budget = profile.spend(budget, moment)
        in_a_row += 1
    assert in_a_row <= 100


def test_what_is_ordinary_work() -> None:
    fresh = {"deliveries": 0, "told_at": START, "settled": False, "now": START + timedelta(days=90)}
    assert profile.is_expected(**fresh)  # type: ignore[arg-type]
    assert profile.is_expected(**fresh | {"settled": True, "now": START + timedelta(days=3)})  # type: ignore[arg-type]
    assert not profile.is_expected(**fresh | {"settled": True})  # type: ignore[arg-type]
    assert not profile.is_expected(**fresh | {"deliveries": 3})  # type: ignore[arg-type]
    assert not profile.is_expected(**fresh | {"told_at": None})  # type: ignore[arg-type]
