"""Evidence records of batches: one token for all, renewed before it ages, and by another digest when asked."""

import hashlib
from datetime import timedelta

import pytest

from parvis.core.clock import now
from parvis.documents import queries as documents
from parvis.signing import commands, installation
from parvis.signing.keys.signer import SignerClient
from parvis.signing.models import BatchEntry, SigningBatch
from parvis.signing.time import evidence, records
from parvis.signing.time.client import TimestampClient
from parvis.signing.validation import service
from parvis.signing.validation.verdicts import Indication
from tests.signing.test_batches import no_clock
from tests.support import parapheur
from tests.support.jobs import run_jobs
from tests.support.parapheur import Town

pytestmark = pytest.mark.django_db


@pytest.fixture
def town(signing: SignerClient) -> Town:
    return parapheur.build()


def signed(town: Town, count: int = 4) -> SigningBatch:
    batch = town.freeze(*(town.submit(title=f"Réponse {place}").id for place in range(count)))
    town.confirm(batch)
    run_jobs()
    batch.refresh_from_db()
    return batch


def proofs(batch: SigningBatch) -> list[evidence.Proof]:
    found = []
    for entry in BatchEntry.objects.filter(batch=batch):
        assert entry.result is not None
        content = b"".join(documents.content(entry.result))
        record = bytes(entry.evidence or b"")
        found.append(evidence.verify(record, lambda name, data=content: hashlib.new(name, data).digest()))  # type: ignore[misc]
        report = service.validate(
            record,
            name="e",
            content=content,
            signers=installation.trust(),
            dated_by=installation.timestamp_trust(),
            at=now(),
        )
        assert report.indication is Indication.PASSED, report.verdicts
    return found


def test_one_token_for_the_whole_batch(town: Town) -> None:
    batch = signed(town)
    assert len({proof.tokens[0].encoded for proof in proofs(batch)}) == 1
    assert batch.evidence_until is not None
    assert commands.keep_evidence() == 0, "nothing more is due"


def test_renewed_before_it_ages_then_by_another_digest(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    batch = signed(town)
    SigningBatch.objects.update(evidence_until=now() + timedelta(days=10))
    assert commands.keep_evidence() == 1
    assert [len(proof.tokens) for proof in proofs(batch)] == [2] * 4
    monkeypatch.setenv("PARVIS_EVIDENCE_DIGEST", "sha512")
    assert commands.keep_evidence() == 1
    assert [token.algorithm for token in proofs(batch)[0].tokens] == ["sha256", "sha256", "sha512"]
    assert commands.keep_evidence() == 0


def test_without_time_it_waits(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    batch = signed(town)
    BatchEntry.objects.update(evidence=None)
    SigningBatch.objects.update(evidence_until=None)
    with no_clock(monkeypatch):
        assert commands.keep_evidence() == 0
    batch.refresh_from_db()
    assert batch.evidence_until is None
    assert commands.keep_evidence() == 1
    proofs(batch)


def test_the_container_carries_the_record_that_is_kept(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    batch = signed(town, 1)
    entry = BatchEntry.objects.get(batch=batch)
    asked = []
    stamp = TimestampClient.stamp
    monkeypatch.setattr(TimestampClient, "stamp", lambda *given: asked.append(1) or stamp(*given))  # type: ignore[func-returns-value]
    made = commands.evidence_container(item_id=entry.item_id, actor=town.clerk)
    assert len(asked) == 1, "its own seal only"
    assert made
    assert records.read(bytes(entry.evidence or b"")).chains
