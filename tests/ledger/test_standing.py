"""Proofs that stand alone, openings, trust policies; consistency and whole logs by the verifier's program."""

import base64
import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
import time_machine
from django.core.management import call_command
from hypothesis import given
from hypothesis import strategies as st

from parvis.cli import main as parvis
from parvis.core.actor import SYSTEM
from parvis.core.errors import AbsentError
from parvis.core.tlog import cosigning, notes, policy, proofs
from parvis.core.tlog.cosigning import Cosigner
from parvis.core.tlog.proofs import BadProofError, TlogProof, read_proof
from parvis.ledger import commands, keys, queries, rules
from parvis.ledger.models import Checkpoint, Cosignature, Entry, Witness
from parvis.ledger.standalone import building, program
from tests.ledger.conftest import write
from tests.ledger.logs import SIGNER, Log

WITNESS = Cosigner("tribunal.test", bytes(32))


@pytest.mark.django_db(transaction=True)
def test_an_entry_is_proved_and_opened(journal: list[UUID]) -> None:
    proof = queries.tlog_proof(journal[123])
    assert read_proof(str(proof)) == proof
    content, leaf = rules.read_opening(queries.entry_opening(journal[123]))
    assert (content.id, content.subject, leaf) == (journal[123], "x:123", proof.extra)
    assert proof.check(leaf, keys.known_verifiers()).size == 600
    with pytest.raises(BadProofError):
        proof.check(queries.tlog_proof(journal[124]).extra, keys.known_verifiers())
    (waiting,) = write(1)
    with pytest.raises(AbsentError):
        queries.tlog_proof(waiting)


@pytest.mark.django_db(transaction=True)
def test_an_erased_entry_is_still_proved_and_no_longer_opened() -> None:
    person = uuid4()
    (entry,) = write(1, about=person)
    commands.sequence()
    opened = queries.entry_opening(entry)
    commands.erase_about(about=person, actor=SYSTEM, legal_basis="RGPD, article 17")
    with pytest.raises(AbsentError, match="effacée"):
        queries.entry_opening(entry)
    assert str(queries.tlog_proof(entry)).count("\n— ") == 1
    assert rules.read_opening(opened)[1] == queries.tlog_proof(entry).extra, "who was given it keeps it"


@pytest.mark.django_db(transaction=True)
def test_a_proof_prefers_the_checkpoint_that_witnesses_saw(journal: list[UUID]) -> None:
    witness = Witness.objects.create(
        name="w", key=str(WITNESS.key), url="http://w", added_at=datetime.now(UTC), next_at=datetime.now(UTC)
    )
    seen = Checkpoint.objects.get(size=400)
    line = WITNESS.cosign(seen.note, at=1_700_000_000)
    Cosignature.objects.create(checkpoint=seen, witness=witness, line=line, at=seen.at)
    with time_machine.travel(datetime.now(UTC) + timedelta(days=3)):
        write(5)
        commands.sequence()
        old, new = queries.tlog_proof(journal[10]), queries.tlog_proof(journal[500])
    assert cosigning.cosigned_at(old.checkpoint, WITNESS.key) == 1_700_000_000
    assert notes.unverified(new.checkpoint)[0].size == 605
    trusted = policy.read_policy(queries.log_policy())
    assert trusted.satisfied_by(old.checkpoint)
    assert not trusted.satisfied_by(new.checkpoint)


@pytest.mark.django_db(transaction=True)
def test_an_opening_says_exactly_what_was_hashed() -> None:
    (entry,) = write(1)
    text = queries.entry_opening(entry)
    salt = json.loads(text)["salt"]
    moment = json.loads(text)["entry"]["at"]
    for same in (moment.replace("T", " "), moment.replace("+00:00", "Z")):
        with pytest.raises(rules.BadOpeningError, match="comme elle doit"):
            rules.read_opening(text.replace(moment, same))
    with pytest.raises(rules.BadOpeningError, match="comme elle doit"):
        rules.read_opening(text.replace(salt, f"{salt[:2]} {salt[2:]}"))
    for changed in (
        text.replace('"x:0"', '"x:1"'),
        text.replace("+00:00", "Z"),
        text.replace(rules.OPENING, "other"),
        text.replace('"salt": "', '"salt": "00'),
        text.replace('"grants": []', '"grants": ["x"]'),
        "[]",
        "",
        "{}",
    ):
        try:
            assert rules.read_opening(changed)[1] != bytes(Entry.objects.get(id=entry).digest)
        except rules.BadOpeningError:
            continue


@given(st.integers(1, 600), st.data())
def test_any_changed_character_of_a_proof_is_refused(size: int, data: st.DataObject) -> None:
    log = Log()
    note = log.grow(size)
    index = data.draw(st.integers(0, size - 1))
    text = str(TlogProof(index, tuple(log.tree.inclusion(index, size)), note))
    at = data.draw(st.integers(0, len(text) - 2))
    other = data.draw(st.characters(codec="utf-8").filter(lambda char: char != text[at]))
    with pytest.raises((BadProofError, notes.BadNoteError)):
        read_proof(text[:at] + other + text[at + 1 :]).check(log.leaves[index], [SIGNER.verifier])
    assert read_proof(text).check(log.leaves[index], [SIGNER.verifier]).size == size


@given(st.text())
def test_no_text_breaks_the_reader_of_proofs(text: str) -> None:
    for one in (text, f"{proofs.PROOF_HEADER}\n{text}", f"{proofs.PROOF_HEADER}\nindex 0\n\n{text}"):
        try:
            read_proof(one).check(b"", [SIGNER.verifier])
        except (BadProofError, notes.BadNoteError):
            continue


def test_base64_has_one_spelling() -> None:
    """The last character of a line holds bits that decode to nothing: two texts of one signature are one too many."""
    line = notes.b64(bytes(32))
    assert notes.unb64(line) == bytes(32)
    assert base64.b64decode(line[:-2] + "B=") == bytes(32)
    assert notes.unb64(line[:-2] + "B=") == b""


def test_a_policy_is_read_and_obeyed() -> None:
    keys_of = [Cosigner(f"w{n}.test", bytes([n] * 32)) for n in range(4)]
    note = SIGNER.sign(7, bytes(32))
    lines = [f"witness w{n} {one.key}" for n, one in enumerate(keys_of)]
    text = "\n".join(
        [f"# mine\nlog {SIGNER.verifier} https://x", *lines, "group a 2 w0 w1 w2", "group b all a w3", "quorum b", ""]
    )
    trusted = policy.read_policy(text)

    def seen(*who: int) -> bool:
        return trusted.satisfied_by(note + "".join(keys_of[n].cosign(note, at=1) for n in who))

    assert seen(0, 2, 3)
    assert not seen(0, 1, 2)
    assert not seen(0, 3)
    assert not seen(0, 0, 3)
    assert policy.read_policy(f"log {SIGNER.verifier}\nquorum none").satisfied_by(note)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "quorum x",
        "quorum none\nquorum none",
        "log nonsense\nquorum none",
        "dance\nquorum none",
        f"log {SIGNER.verifier}\nlog {SIGNER.verifier}\nquorum none",
        f"witness none {WITNESS.key}\nquorum none",
        f"witness w {WITNESS.key}\ngroup g 2 w\nquorum g",
        f"witness w {WITNESS.key}\ngroup g x w\nquorum g",
        f"witness w {WITNESS.key}\ngroup g any w\ngroup h any w\nquorum g",
        f"group g any w\nwitness w {WITNESS.key}\nquorum g",
        f"witness w {SIGNER.verifier}\nquorum w",
    ],
)
def test_a_bad_policy_is_refused(text: str) -> None:
    with pytest.raises(policy.BadPolicyError):
        policy.read_policy(text)


def test_both_kinds_of_cosignatures_hold_and_any_change_is_seen() -> None:
    note = SIGNER.sign(7, bytes(32))
    for kind in (cosigning.COSIGNATURE_ED25519, cosigning.COSIGNATURE_ML_DSA):
        cosigner = Cosigner("w.test", bytes(32), kind)
        assert cosigning.CosignerKey.parse(str(cosigner.key)) == cosigner.key
        line = cosigner.cosign(note, at=1_700_000_000)
        assert cosigning.cosigned_at(note + line, cosigner.key) == 1_700_000_000
        for place in range(len(line.encode()) // 2, len(line) - 1, 97):
            other = "A" if line[place] != "A" else "B"
            assert cosigning.cosigned_at(note + line[:place] + other + line[place + 1 :], cosigner.key) is None
        assert cosigning.cosigned_at(SIGNER.sign(8, bytes(32)) + line, cosigner.key) is None
        other_log = notes.Signer("elsewhere", bytes(32)).sign(7, bytes(32))
        assert cosigning.cosigned_at(other_log + line, cosigner.key) is None


@pytest.fixture
def exported(journal: list[UUID], tmp_path: Path) -> Path:
    assert journal
    call_command("verify_ledger", "--export", str(tmp_path / "log"))
    return tmp_path / "log"


@pytest.mark.django_db(transaction=True)
def test_the_program_alone_verifies_a_log_and_two_checkpoints(exported: Path, tmp_path: Path) -> None:
    alone = tmp_path / "alone"
    alone.mkdir()
    with pytest.raises(SystemExit):
        parvis(["verify", "--write-standalone", str(alone / building.FILE_NAME)])
    key = str(keys.signer().verifier)
    for row in map(json.loads, (exported / "checkpoints.jsonl").read_text(encoding="utf-8").splitlines()):
        (alone / str(row["size"])).write_text(row["note"], encoding="utf-8")

    def run(*words: str) -> int:
        command = [sys.executable, "-I", building.FILE_NAME, *words]
        return subprocess.run(command, cwd=alone, capture_output=True, check=False).returncode

    assert run("log", str(exported), "--key", key, "--checkpoint", "400") == 0
    assert run("log", str(exported)) == 3
    assert run("log", str(alone)) == 2
    assert run("consistency", "200", "600", "--tiles", str(exported), "--key", key) == 0
    assert run("consistency", "200", "600", "--tiles", str(exported)) == 3
    other = Log(twist=0).grow(200).replace("parvis.test/journal", keys.origin())
    (alone / "other").write_text(other, encoding="utf-8")
    assert run("consistency", "other", "600", "--tiles", str(exported)) == 1
    assert run("consistency", "200", "600", "--key", key) in (1, 2)


@pytest.mark.django_db(transaction=True)
def test_any_flipped_byte_of_an_exported_log_is_found(exported: Path, capsys: pytest.CaptureFixture[str]) -> None:
    key = str(keys.signer().verifier)
    words = ("log", str(exported), "--key", key)
    assert program.main(words) == 0
    files = [file for file in exported.rglob("*") if file.stat().st_size and file.is_file() and file.name != "keys"]
    survivors = []
    for file in files:
        whole = file.read_bytes()
        step = max(1, len(whole) // 12)
        for place in range(7 % len(whole), len(whole), step):
            file.write_bytes(whole[:place] + bytes([whole[place] ^ 0x01]) + whole[place + 1 :])
            if program.main(words) == 0:
                survivors.append((str(file), place, whole[max(0, place - 9) : place + 9]))
        file.write_bytes(whole)
    assert survivors == []
    assert program.main(words) == 0
    capsys.readouterr()


def test_a_consistency_proof_in_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    log = Log()
    for size in (3, 50):
        (tmp_path / str(size)).write_text(log.grow(size), encoding="utf-8")
    (tmp_path / "proof").write_text(proofs.write_hashes(log.consistency(3, 50)), encoding="utf-8")
    words = ["consistency", str(tmp_path / "3"), str(tmp_path / "50"), "--key", str(SIGNER.verifier)]
    assert program.main([*words, "--proof", str(tmp_path / "proof")]) == 0
    assert program.main([words[0], words[2], words[1], *words[3:], "--proof", str(tmp_path / "proof")]) == 0
    (tmp_path / "proof").write_text(proofs.write_hashes(log.consistency(4, 50)), encoding="utf-8")
    assert program.main([*words, "--proof", str(tmp_path / "proof")]) == 1
    assert program.main(words) == 2
    capsys.readouterr()
