"""One confirmation, exactly that list, a result per document, and nothing twice whatever dies."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from pyhanko.pdf_utils.reader import PdfFileReader

from parvis.core.clock import now
from parvis.core.errors import AbsentError, ConflictError, DomainError
from parvis.documents import queries as documents
from parvis.ledger.models import Entry
from parvis.signing import commands, installation
from parvis.signing.commands import running
from parvis.signing.commands.batches import template_of
from parvis.signing.enums import BatchState, EntryState, ItemState, Level, RevocationReason, StepKind
from parvis.signing.keys.errors import UnreachableError
from parvis.signing.keys.signer import SignerClient
from parvis.signing.models import BatchEntry, Item, SigningBatch, SigningCertificate
from parvis.signing.time.client import HttpAuthority, TimestampClient
from tests.support import parapheur
from tests.support.jobs import run_jobs
from tests.support.officers import pdf, run
from tests.support.parapheur import Town

pytestmark = pytest.mark.django_db


@pytest.fixture
def town(signing: SignerClient) -> Town:
    return parapheur.build()


def content(item: Item) -> bytes:
    assert item.signature is not None
    return b"".join(documents.content(item.signature))


def outcome(batch: SigningBatch) -> list[str]:
    return list(BatchEntry.objects.filter(batch=batch).values_list("state", flat=True))


def test_exactly_the_confirmed_list_is_signed(town: Town, tmp_path: Path) -> None:
    items = town.submit_many(7)
    batch = town.freeze(*items[:5])
    assert SigningBatch.objects.get().count == 5
    town.confirm(batch)
    town.confirm(batch)
    assert run_jobs().count("signing.sign_batch") == 1
    batch.refresh_from_db()
    assert batch.state == BatchState.DONE
    assert outcome(batch) == [EntryState.DONE] * 5
    assert set(Item.objects.filter(id__in=items[5:]).values_list("state", flat=True)) == {ItemState.TO_SIGN}
    signed = Item.objects.get(id=items[0])
    assert signed.state == ItemState.SIGNED
    (tmp_path / "s.pdf").write_bytes(content(signed))
    assert "Signature is Valid." in run("pdfsig", "-nocert", "s.pdf", cwd=tmp_path)
    assert Entry.objects.filter(action="signing.signed").count() == 5
    assert Entry.objects.filter(action="signing.batch_confirmed").count() == 1


@pytest.mark.parametrize(
    ("name", "data", "end"),
    [
        ("pes.xml", b"<?xml version='1.0'?><PES_Aller><x/></PES_Aller>", b"</PES_Aller>"),
        ("photo.bin", b"any bytes", b""),
    ],
)
def test_other_forms(town: Town, name: str, data: bytes, end: bytes) -> None:
    item = town.submit(content=data, name=name)
    batch = town.freeze(item.id)
    town.confirm(batch)
    run_jobs()
    item.refresh_from_db()
    assert item.state == ItemState.SIGNED
    assert content(item).endswith(end)


def test_two_officers_sign_one_after_the_other(town: Town) -> None:
    steps = [
        commands.NewStep(StepKind.SIGNATURE, town.deputy.person),
        commands.NewStep(StepKind.SIGNATURE, town.mayor.person),
    ]
    circuit = commands.create_circuit(
        organisation=town.organisation, name="À deux", steps=steps, actor=town.administrator
    )
    item = town.submit(circuit=circuit)
    first = town.freeze(item.id, actor=town.deputy)
    commands.confirm_batch(batch_id=first.id, digest=bytes(first.digest), actor=town.deputy)
    run_jobs()
    item.refresh_from_db()
    assert (item.state, item.officer_id) == (ItemState.TO_SIGN, town.mayor.id)
    town.confirm(town.freeze(item.id))
    run_jobs()
    item.refresh_from_db()
    assert len(PdfFileReader(BytesIO(content(item))).embedded_signatures) == 2


def test_the_confirmation_is_bound_to_the_list(town: Town) -> None:
    batch = town.freeze(*town.submit_many(3))
    with pytest.raises(ConflictError, match="liste affichée"):
        commands.confirm_batch(batch_id=batch.id, digest=b"x" * 32, actor=town.mayor)
    with pytest.raises(AbsentError):
        commands.confirm_batch(batch_id=batch.id, digest=bytes(batch.digest), actor=town.deputy)
    entry = BatchEntry.objects.filter(batch=batch)[0]
    BatchEntry.objects.filter(id=entry.id).update(digest=b"y" * 32)
    with pytest.raises(ConflictError, match="liste affichée"):
        town.confirm(batch)


def test_a_list_changed_after_the_confirmation_is_not_signed(town: Town) -> None:
    """Whoever writes in the database cannot have another document signed: the signer recomputes the list."""
    items = town.submit_many(3)
    batch = town.freeze(*items)
    town.confirm(batch)
    BatchEntry.objects.filter(batch=batch, position=1).update(digest=b"y" * 32)
    run_jobs()
    assert outcome(batch) == [EntryState.FAILED] * 3
    assert set(BatchEntry.objects.values_list("code", flat=True)) == {"unauthorised"}
    assert set(Item.objects.filter(id__in=items).values_list("state", flat=True)) == {ItemState.TO_SIGN}


def test_a_preparation_changed_after_the_signature_is_not_written(town: Town) -> None:
    batch = town.freeze(town.submit().id, town.submit(content=pdf(2)).id)
    town.confirm(batch)
    one, other = BatchEntry.objects.filter(batch=batch)
    BatchEntry.objects.filter(id=one.id).update(prepared=other.prepared)
    run_jobs()
    assert outcome(batch) == [EntryState.FAILED, EntryState.DONE]


def test_a_signature_that_does_not_hold_is_not_written(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    batch = town.freeze(town.submit().id, town.submit(content=pdf(2)).id)
    town.confirm(batch)
    good = SignerClient.sign
    monkeypatch.setattr(SignerClient, "sign", lambda *given: good(*given)[::-1])
    run_jobs()
    assert outcome(batch) == [EntryState.FAILED] * 2
    assert Item.objects.filter(signature__isnull=False).count() == 0


def test_an_old_list_is_confirmed_no_more(town: Town) -> None:
    items = town.submit_many(2)
    batch = town.freeze(*items)
    SigningBatch.objects.update(frozen_at=now() - timedelta(hours=2))
    with pytest.raises(ConflictError, match="n’est plus à confirmer"):
        town.confirm(batch)
    with pytest.raises(ConflictError, match="déjà dans un lot"):
        town.freeze(*items)
    assert commands.forget_old_lists() == 1
    town.confirm(town.freeze(*items))


def test_an_old_confirmation_signs_nothing(town: Town) -> None:
    batch = town.freeze(*town.submit_many(2))
    town.confirm(batch)
    SigningBatch.objects.update(authorised_until=now() - timedelta(seconds=1))
    run_jobs()
    assert outcome(batch) == [EntryState.FAILED] * 2


def test_a_list_given_up_frees_its_documents(town: Town) -> None:
    items = town.submit_many(2)
    batch = town.freeze(*items)
    commands.cancel_batch(batch_id=batch.id, actor=town.mayor)
    commands.cancel_batch(batch_id=batch.id, actor=town.mayor)
    other = town.freeze(*items)
    town.confirm(other)
    with pytest.raises(ConflictError):
        commands.cancel_batch(batch_id=other.id, actor=town.mayor)


def test_late_refusals_and_withdrawals_are_left_out(town: Town) -> None:
    items = town.submit_many(3)
    batch = town.freeze(*items)
    town.confirm(batch)
    commands.withdraw(item_id=items[0], actor=town.clerk)
    commands.refuse(item_id=items[1], reason="Je me suis trompée", actor=town.mayor)
    run_jobs()
    assert outcome(batch) == [EntryState.SKIPPED, EntryState.SKIPPED, EntryState.DONE]
    assert Item.objects.get(id=items[1]).state == ItemState.REFUSED
    assert Item.objects.get(id=items[1]).signature is None


def test_refused_between_the_signature_and_the_timestamp(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    items = town.submit_many(1)
    batch = town.freeze(*items)
    town.confirm(batch)
    with no_clock(monkeypatch):
        run_jobs()
    assert outcome(batch) == [EntryState.WAITING_TIME]
    commands.refuse(item_id=items[0], reason="Trop tard ?", actor=town.mayor)
    commands.sign_batch(batch_id=batch.id)
    (entry,) = BatchEntry.objects.filter(batch=batch)
    assert (entry.state, entry.signature) == (EntryState.SKIPPED, None)


@contextmanager
def no_clock(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Every timestamp authority is down."""
    down = TimestampClient([HttpAuthority("down", "http://127.0.0.1:9/")], installation.timestamp_trust())
    with monkeypatch.context() as patch:
        patch.setattr(installation, "clock", lambda: down)
        yield


def test_without_time_everything_waits_and_nothing_is_downgraded(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    batch = town.freeze(*town.submit_many(3))
    town.confirm(batch)
    with no_clock(monkeypatch):
        run_jobs()
    batch.refresh_from_db()
    assert batch.state == BatchState.WAITING_TIME
    assert outcome(batch) == [EntryState.WAITING_TIME] * 3
    assert Item.objects.filter(signature__isnull=False).count() == 0
    kept = list(BatchEntry.objects.values_list("signature", flat=True))
    commands.sign_batch(batch_id=batch.id)
    assert outcome(batch) == [EntryState.DONE] * 3
    assert list(BatchEntry.objects.values_list("signature", flat=True)) == kept, "signed once, dated later"


def test_without_the_signer_the_job_is_run_again(town: Town, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    batch = town.freeze(*town.submit_many(2))
    town.confirm(batch)
    with monkeypatch.context() as patch:
        patch.setattr(installation, "signer", lambda: SignerClient(tmp_path / "signer" / "socket"))
        with pytest.raises(UnreachableError):
            commands.sign_batch(batch_id=batch.id)
    assert outcome(batch) == [EntryState.PENDING] * 2
    commands.sign_batch(batch_id=batch.id)
    assert outcome(batch) == [EntryState.DONE] * 2


class Killed(BaseException):
    """The worker dies: no handler of ours may see it."""


STOPS = ("_pending", "_keep", "_signed", "_made", "_write", "_end_entry")


@pytest.mark.parametrize("stop", STOPS)
@pytest.mark.parametrize("when", [1, 2])
def test_killed_anywhere_it_goes_on_and_signs_nothing_twice(
    town: Town, monkeypatch: pytest.MonkeyPatch, stop: str, when: int
) -> None:
    monkeypatch.setattr(running, "CHUNK", 2)
    items = town.submit_many(5)
    batch = town.freeze(*items)
    town.confirm(batch)
    with monkeypatch.context() as patch:
        patch.setattr(running._Run, stop, _dying(getattr(running._Run, stop), when))  # noqa: SLF001 - where it dies
        with pytest.raises(Killed), transaction.atomic():
            commands.sign_batch(batch_id=batch.id)
    commands.sign_batch(batch_id=batch.id)
    commands.sign_batch(batch_id=batch.id)
    assert outcome(batch) == [EntryState.DONE] * 5
    assert Entry.objects.filter(action="signing.signed").count() == 5
    results = set(Item.objects.filter(id__in=items).values_list("signature", flat=True))
    assert len(results) == 5


def _dying(method: Callable[..., Any], when: int) -> Callable[..., Any]:
    calls = iter(range(1, 1000))

    def dies(*arguments: Any) -> Any:
        made = method(*arguments)
        if next(calls) == when:
            raise Killed
        return made

    return dies


def test_two_workers_at_once_keep_one_signature(town: Town) -> None:
    batch = town.freeze(*town.submit_many(2))
    town.confirm(batch)
    batch = SigningBatch.objects.select_related("certificate__key").get(id=batch.id)
    one = running._Run(batch, template_of(batch.certificate))  # noqa: SLF001 - one worker, and another
    group = one._pending()  # noqa: SLF001 - same
    running.keep_signatures(group, [b"first", b"first"])
    running.keep_signatures(group, [b"second", b"second"])
    assert {bytes(found) for found in BatchEntry.objects.values_list("signature", flat=True) if found} == {b"first"}


def test_a_revoked_certificate_signs_nothing(town: Town) -> None:
    frozen, confirmed = town.freeze(*town.submit_many(1)), town.freeze(*town.submit_many(2))
    town.confirm(confirmed)
    certificate = SigningCertificate.objects.get(key__holder_id=town.mayor.person)
    commands.revoke_certificate(certificate_id=certificate.id, reason=RevocationReason.KEY_COMPROMISE, actor=town.mayor)
    run_jobs()
    frozen.refresh_from_db()
    assert frozen.state == BatchState.CANCELLED
    assert outcome(confirmed) == [EntryState.FAILED] * 2
    with pytest.raises(ConflictError, match="certificat"):
        town.freeze(*town.submit_many(1))


def test_a_damaged_document_is_named_before_anything_is_frozen(town: Town) -> None:
    bad = town.submit(content=b"%PDF-1.7 nothing inside startxref %%EOF", title="Cassé")
    with pytest.raises(DomainError, match="Cassé"):
        town.freeze(bad.id, *town.submit_many(1))
    assert SigningBatch.objects.count() == 0


def test_a_document_replaced_in_the_store_is_not_signed(town: Town) -> None:
    one, other = town.submit(), town.submit(content=pdf(3))
    from parvis.documents import store  # noqa: PLC0415 - to tamper with it

    shutil.copy(store.path_of(other.document), store.path_of(one.document))
    with pytest.raises(DomainError, match="n’est plus celui"):
        town.freeze(one.id)


def test_bad_lists_are_refused(town: Town) -> None:
    with pytest.raises(DomainError, match="1 à 500"):
        town.freeze()
    with pytest.raises(ConflictError, match="n’attendent plus"):
        town.freeze(town.submit(circuit=town.long).id)


def test_without_a_timestamp_when_asked(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    batch = town.freeze(*town.submit_many(1), level=Level.B_B)
    town.confirm(batch)
    with no_clock(monkeypatch):
        run_jobs()
    assert outcome(batch) == [EntryState.DONE]
