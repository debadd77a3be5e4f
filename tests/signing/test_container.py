"""The evidence container: everything in one file, and anyone verifies it directory."""

import hashlib
import json
import zipfile
from io import BytesIO
from pathlib import Path

import pytest

from parvis.core.clock import now
from parvis.core.errors import AbsentError, ConflictError
from parvis.core.tlog.policy import read_policy
from parvis.core.tlog.proofs import BadProofError, read_proof
from parvis.ledger import rules
from parvis.ledger.commands import sequence
from parvis.signing import commands, installation
from parvis.signing.keys.signer import SignerClient
from parvis.signing.validation import service
from parvis.signing.validation.verdicts import Indication, Report
from tests.support import parapheur
from tests.support.jobs import run_jobs
from tests.support.officers import pem, run
from tests.support.parapheur import Town

pytestmark = pytest.mark.django_db


@pytest.fixture
def town(signing: SignerClient) -> Town:
    return parapheur.build()


def judged(data: bytes, content: bytes | None = None) -> Report:
    return service.validate(
        data,
        name="preuves.asice",
        content=content,
        signers=installation.trust(),
        dated_by=installation.timestamp_trust(),
        at=now(),
    )


@pytest.mark.parametrize(("name", "data"), [("reponse.pdf", b""), ("photo.bin", b"any bytes")])
def test_everything_in_it_is_verified_offline(town: Town, tmp_path: Path, name: str, data: bytes) -> None:
    item = town.submit(content=data, name=name)
    with pytest.raises(ConflictError, match="pas encore signé"):
        commands.evidence_container(item_id=item.id, actor=town.clerk)
    town.confirm(town.freeze(item.id))
    run_jobs()
    sequence()
    made = commands.evidence_container(item_id=item.id, actor=town.clerk)
    assert judged(made).indication is Indication.PASSED, judged(made).verdicts
    with zipfile.ZipFile(BytesIO(made)) as archive:
        files = {entry: archive.read(entry) for entry in archive.namelist()}
    (signature,) = [entry for entry in files if entry.endswith((".pdf", ".p7s"))]
    original = files.get(f"documents/{name}") if data else None
    assert judged(files[signature], original).indication is Indication.PASSED
    assert judged(files["preuves/enregistrement.ers"], files[signature]).indication is Indication.PASSED
    proof = read_proof(files["preuves/journal-1.tlog-proof"].decode())
    content, leaf = rules.read_opening(files["preuves/journal-1.json"].decode())
    policy = read_policy(files["preuves/journal-politique.txt"].decode())
    assert proof.check(leaf, policy.logs).size > proof.index
    assert leaf == proof.extra
    assert json.loads(content.details)["sha256"] == hashlib.sha256(files[signature]).hexdigest()
    with pytest.raises(BadProofError):
        proof.check(leaf[::-1], policy.logs)
    (tmp_path / "tst").write_bytes(files["META-INF/timestamp001.tst"])
    (tmp_path / "manifest").write_bytes(files["META-INF/ASiCManifest001.xml"])
    (tmp_path / "root.pem").write_bytes(pem(installation.demo().root.certificate))
    run(
        *("openssl", "ts", "-verify", "-token_in", "-in", "tst", "-data", "manifest", "-CAfile", "root.pem"),
        cwd=tmp_path,
    )


def test_a_stranger_gets_nothing(town: Town) -> None:
    item = town.submit()
    with pytest.raises(AbsentError):
        commands.evidence_container(item_id=item.id, actor=town.here.as_foreign_agent)
