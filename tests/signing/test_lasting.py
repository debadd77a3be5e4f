"""A circuit that keeps for long: B-LT or B-LTA when the proofs are at hand, a wait otherwise, never less."""

from dataclasses import replace
from io import BytesIO
from typing import Any

import pytest
from pyhanko.pdf_utils.reader import PdfFileReader

from parvis.core.clock import now
from parvis.documents import queries as documents
from parvis.signing import commands, installation
from parvis.signing.enums import BatchState, EntryState, ItemState, Level, StepKind
from parvis.signing.keys.signer import SignerClient
from parvis.signing.models import BatchEntry, Item
from parvis.signing.validation import service
from parvis.signing.validation.verdicts import Indication
from tests.support import parapheur
from tests.support.jobs import run_jobs
from tests.support.parapheur import Town

pytestmark = pytest.mark.django_db


@pytest.fixture
def town(signing: SignerClient) -> Town:
    return parapheur.build()


def circuit(town: Town, level: Level, *officers: Any) -> Any:
    steps = [commands.NewStep(StepKind.SIGNATURE, one.person) for one in officers or (town.mayor,)]
    return commands.create_circuit(
        organisation=town.organisation, name=f"Longtemps {level}", steps=steps, level=level, actor=town.administrator
    )


def signed(item: Item) -> bytes:
    item.refresh_from_db()
    assert item.state == ItemState.SIGNED
    return b"".join(documents.content(item.signature))  # type: ignore[arg-type]


@pytest.mark.parametrize("level", [Level.B_LT, Level.B_LTA])
def test_what_the_circuit_asks_is_made_and_holds(town: Town, level: Level) -> None:
    item, plain = town.submit(circuit=circuit(town, level)), town.submit()
    town.confirm(town.freeze(item.id, plain.id))
    run_jobs()
    content = signed(item)
    assert b"/DSS" in content
    assert b"/DSS" not in signed(plain)
    kinds = [one.sig_object_type for one in PdfFileReader(BytesIO(content)).embedded_signatures]
    assert kinds == (["/Sig", "/DocTimeStamp"] if level == Level.B_LTA else ["/Sig"])
    trust, dates = installation.trust(), installation.timestamp_trust()
    report = service.validate(content, name="a.pdf", signers=trust, dated_by=dates, at=now())
    assert report.indication is Indication.PASSED, [one.detail for one in report.verdicts]


def test_only_the_last_signature_brings_the_proofs(town: Town) -> None:
    item = town.submit(circuit=circuit(town, Level.B_LT, town.deputy, town.mayor))
    first = town.freeze(item.id, actor=town.deputy)
    commands.confirm_batch(batch_id=first.id, digest=bytes(first.digest), actor=town.deputy)
    run_jobs()
    item.refresh_from_db()
    assert b"/DSS" not in b"".join(documents.content(item.document))
    town.confirm(town.freeze(item.id))
    run_jobs()
    assert b"/DSS" in signed(item)


def test_without_revocation_lists_it_waits_and_the_others_do_not(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    item, plain = town.submit(circuit=circuit(town, Level.B_LT)), town.submit()
    batch = town.freeze(item.id, plain.id)
    town.confirm(batch)
    good = installation.timestamp_trust
    with monkeypatch.context() as bare:
        bare.setattr(installation, "timestamp_trust", lambda: replace(good(), crls=()))
        run_jobs()
    signed(plain)
    waiting = BatchEntry.objects.get(batch=batch, item=item)
    kept = bytes(waiting.signature or b"")
    batch.refresh_from_db()
    assert (batch.state, waiting.state, waiting.code) == (
        BatchState.WAITING_TIME,
        EntryState.WAITING_TIME,
        "no_proof_yet",
    )
    item.refresh_from_db()
    assert item.state == ItemState.SIGNING
    commands.sign_batch(batch_id=batch.id)
    assert b"/DSS" in signed(item)
    assert bytes(BatchEntry.objects.get(id=waiting.id).signature or b"") == kept
    batch.refresh_from_db()
    assert batch.state == BatchState.DONE
