"""Whatever was changed behind Parvis's back, `parvis verify` says so and names it."""

import json
from io import StringIO
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from parvis.core.actor import SYSTEM
from parvis.ledger import commands, keys, merkle, notes, offline, queries
from parvis.ledger.audit import Report
from parvis.ledger.models import Checkpoint, Entry
from tests.ledger.conftest import Tamper, write

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def journal() -> list[UUID]:
    """600 entries under three checkpoints."""
    identifiers = write(600)
    for _ in range(3):
        commands.sequence(limit=200)
    return identifiers


def verify() -> Report:
    return queries.verify(verifiers=keys.known_verifiers())


def first(report: Report) -> tuple[str, int | None, str]:
    finding = report.findings[0]
    return finding.code, finding.position, finding.entry


def test_a_sound_journal_is_found_sound(journal: list[UUID]) -> None:
    write(2)
    report = verify()
    assert (report.entries, report.checkpoints, report.pending, report.erased) == (600, 3, 2, 0)
    assert report.findings == []
    assert len(journal) == 600


def test_an_empty_journal_is_sound() -> None:
    assert verify().findings == []


@pytest.mark.parametrize(
    "change",
    [
        "actor_kind = 'account'",
        "action = 'a.undone'",
        "subject = 'y:1'",
        "purpose = 'autre'",
        "legal_basis = 'autre'",
        "outcome = 'refused'",
        "at = at + interval '1 microsecond'",
        "acting_for = gen_random_uuid()",
        "grants = ARRAY[gen_random_uuid()]",
        "private_digest = sha256('x')",
        "digest = sha256('x')",
    ],
)
def test_a_changed_field_is_named(journal: list[UUID], tamper: Tamper, change: str) -> None:
    tamper("UPDATE ledger_entry SET " + change + " WHERE id = %s", journal[321])  # noqa: S608 - from the list above
    code, position, entry = first(verify())
    assert code in ("entry_changed", "details_changed")
    assert (position, entry) == (321, str(journal[321]))


@pytest.mark.parametrize("change", ["details = '{}'", "about = gen_random_uuid()", "actor_label = 'X'", "salt = ''"])
def test_a_changed_detail_is_named(journal: list[UUID], tamper: Tamper, change: str) -> None:
    tamper("UPDATE ledger_entry SET " + change + " WHERE id = %s", journal[5])  # noqa: S608 - from the list above
    assert first(verify()) == ("details_changed", 5, str(journal[5]))


def test_a_change_with_its_digests_made_anew_is_named(journal: list[UUID], tamper: Tamper) -> None:
    """The forger knows the code: only the tree tells."""
    (other,) = write(1)
    tamper("DELETE FROM ledger_pending WHERE entry_id = %s", other)
    tamper("UPDATE ledger_leaf SET entry_id = %s WHERE position = 400", other)
    assert ("leaf_changed", 400, str(other)) == first(verify())
    assert verify().findings[-1].code == "entry_lost"  # the one that was replaced
    assert str(journal[400]) in verify().findings[-1].message


def test_a_forged_tile_does_not_hide_the_change(journal: list[UUID], tamper: Tamper) -> None:
    forged = merkle.leaf_hash(b"forged")
    tamper(
        "UPDATE ledger_tile SET hashes = substring(hashes FOR 32 * 10) || %s || substring(hashes FROM 32 * 11 + 1)"
        " WHERE level = 0 AND number = 1",
        forged,
    )
    report = verify()
    assert first(report) == ("leaf_changed", 266, str(journal[266]))
    assert "root_mismatch" in {finding.code for finding in report.findings}


def test_a_forged_upper_tile_is_named(journal: list[UUID], tamper: Tamper) -> None:
    tamper("UPDATE ledger_tile SET hashes = sha256('x') || substring(hashes FROM 33) WHERE level = 1")
    assert first(verify()) == ("tile_changed", 0, "")
    assert len(journal) == 600


def test_a_dropped_leaf_is_named(journal: list[UUID], tamper: Tamper) -> None:
    tamper("DELETE FROM ledger_leaf WHERE position = 77")
    report = verify()
    assert first(report) == ("leaf_missing", 77, str(journal[78]))
    assert report.findings[-1].entry == str(journal[77])


def test_swapped_leaves_are_named(journal: list[UUID], tamper: Tamper) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT entry_id FROM ledger_leaf WHERE position IN (10, 11) ORDER BY position")
        (one,), (two,) = cursor.fetchall()
    (spare,) = write(1)
    tamper("DELETE FROM ledger_pending WHERE entry_id = %s", spare)
    tamper("UPDATE ledger_leaf SET entry_id = %s WHERE position = 10", spare)
    tamper("UPDATE ledger_leaf SET entry_id = %s WHERE position = 11", one)
    tamper("UPDATE ledger_leaf SET entry_id = %s WHERE position = 10", two)
    report = verify()
    assert [(f.code, f.position, f.entry) for f in report.findings[:2]] == [
        ("leaf_changed", 10, str(journal[11])),
        ("leaf_changed", 11, str(journal[10])),
    ]


def test_a_cut_end_is_noticed(journal: list[UUID], tamper: Tamper) -> None:
    tamper("DELETE FROM ledger_leaf WHERE position >= 590")
    codes = [finding.code for finding in verify().findings]
    assert codes[0] == "leaves_missing"
    assert codes.count("entry_lost") == 10
    assert len(journal) == 600


def test_a_cut_end_with_its_checkpoints_needs_a_witness(journal: list[UUID], tamper: Tamper) -> None:
    last = Checkpoint.objects.get(size=600)
    tamper("DELETE FROM ledger_checkpoint WHERE size > 400")
    tamper("DELETE FROM ledger_leaf WHERE position >= 400")
    tamper("DELETE FROM ledger_entry WHERE id = ANY(%s)", journal[400:])
    tamper("DELETE FROM ledger_tile WHERE level = 0 AND number = 2")
    tamper("UPDATE ledger_tile SET hashes = substring(hashes FOR 32 * 144) WHERE level = 0 AND number = 1")
    tamper("UPDATE ledger_tile SET hashes = substring(hashes FOR 32) WHERE level = 1")
    assert verify().findings == []
    verifiers = keys.known_verifiers()
    seen = notes.read(last.note, verifiers)
    report = queries.verify(verifiers=verifiers, witnessed=[(seen, last.note)])
    assert first(report) == ("leaves_missing", 400, "")


def test_a_rewritten_journal_is_betrayed_by_a_witness(journal: list[UUID], tamper: Tamper) -> None:
    """Everything made anew and signed with the real key: consistent with itself, not with what was seen outside."""
    last = Checkpoint.objects.get(size=600)
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE ledger_entry, ledger_leaf, ledger_tile, ledger_checkpoint, ledger_pending")
    write(600)
    commands.sequence()
    assert verify().findings == []
    verifiers = keys.known_verifiers()
    seen = notes.read(last.note, verifiers)
    assert first(queries.verify(verifiers=verifiers, witnessed=[(seen, last.note)]))[0] == "root_mismatch"
    assert len(journal) == 600


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger_checkpoint SET note = replace(note, '/journal', '/journal2') WHERE size = 400",
        "UPDATE ledger_checkpoint SET note = regexp_replace(note, '\\n400\\n', E'\\n401\\n') WHERE size = 400",
        "UPDATE ledger_checkpoint SET root = sha256('x') WHERE size = 400",
        "UPDATE ledger_checkpoint SET size = 401 WHERE size = 400",
        "UPDATE ledger_checkpoint SET note = (SELECT note FROM ledger_checkpoint WHERE size = 200) WHERE size = 400",
    ],
)
def test_a_forged_checkpoint_is_named(journal: list[UUID], tamper: Tamper, statement: str) -> None:
    tamper(statement)
    finding = verify().findings[0]
    assert finding.code == "checkpoint_forged"
    assert "40" in finding.message
    assert len(journal) == 600


def test_a_checkpoint_signed_by_another_key_is_refused(journal: list[UUID], tamper: Tamper) -> None:
    root = bytes(Checkpoint.objects.get(size=400).root)
    forged = notes.Signer(keys.origin(), b"another key, of thirty-two bytes").sign(400, root)
    tamper("UPDATE ledger_checkpoint SET note = %s WHERE size = 400", forged)
    assert first(verify())[0] == "checkpoint_forged"
    assert len(journal) == 600


def test_a_former_key_is_believed_when_the_operator_says_so(
    journal: list[UUID], monkeypatch: pytest.MonkeyPatch
) -> None:
    former = str(keys.signer().verifier)
    monkeypatch.setenv("PARVIS_LEDGER_KEY", "a new secret")
    assert first(verify())[0] == "checkpoint_forged"
    monkeypatch.setenv("PARVIS_LEDGER_FORMER_KEYS", former)
    write(1)
    commands.sequence()
    assert verify().findings == []
    assert len(journal) == 600


def test_a_waiting_entry_that_was_changed_or_removed_is_named(tamper: Tamper) -> None:
    changed, removed, unqueued = write(3)
    tamper("UPDATE ledger_entry SET action = 'a.undone' WHERE id = %s", changed)
    tamper("DELETE FROM ledger_entry WHERE id = %s", removed)
    tamper("DELETE FROM ledger_pending WHERE entry_id = %s", unqueued)
    assert {(finding.code, finding.entry) for finding in verify().findings} == {
        ("entry_changed", str(changed)),
        ("entry_missing", str(removed)),
        ("entry_lost", str(unqueued)),
    }


def test_an_erasure_keeps_the_proof_and_leaves_a_trace() -> None:
    person = uuid4()
    erased = write(3, about=person)
    write(2)
    commands.sequence()
    assert commands.erase_about(about=person, actor=SYSTEM, legal_basis="RGPD, article 17") == 3
    commands.sequence()
    report = verify()
    assert (report.findings, report.erased, report.entries) == ([], 3, 8)
    entry = Entry.objects.get(id=erased[0])
    assert entry.is_erased
    assert (entry.facts, entry.about, entry.subject) == ({}, None, "x:0")
    assert queries.entries_of(f"entry:{entry.id}").get().action == commands.ERASED
    assert not queries.entries_about(person).exists()
    assert commands.erase_about(about=person, actor=SYSTEM, legal_basis="RGPD, article 17") == 0


def test_an_erasure_without_a_trace_is_named(journal: list[UUID]) -> None:
    Entry.objects.filter(id=journal[9]).update(salt=None, details="", about=None, actor_label="")
    assert first(verify()) == ("erased_silently", None, str(journal[9]))


def test_an_erasure_cannot_hide_a_change(journal: list[UUID], tamper: Tamper) -> None:
    erased = "salt = NULL, details = '', about = NULL, actor_label = ''"
    tamper("UPDATE ledger_entry SET " + erased + ", action = 'a.undone' WHERE id = %s", journal[9])  # noqa: S608
    assert first(verify()) == ("entry_changed", 9, str(journal[9]))


def run(*args: str) -> tuple[int, str]:
    out = StringIO()
    try:
        call_command("verify_ledger", *args, stdout=out, stderr=StringIO())
    except SystemExit as stop:
        return int(str(stop.code)), out.getvalue()
    return 0, out.getvalue()


def test_the_command_says_sound_or_not(journal: list[UUID], tamper: Tamper) -> None:
    code, text = run()
    assert (code, "600 entrées scellées" in text, "intact" in text) == (0, True, True)
    tamper("UPDATE ledger_entry SET action = 'a.undone' WHERE id = %s", journal[42])
    code, text = run()
    assert (code, str(journal[42]) in text) == (1, True)
    code, text = run("--json")
    assert code == 1
    assert json.loads(text)["findings"][0]["entry"] == str(journal[42])


def test_the_command_accepts_a_checkpoint_kept_elsewhere(journal: list[UUID], tmp_path: Path) -> None:
    file = tmp_path / "witness"
    file.write_text(Checkpoint.objects.get(size=400).note, encoding="utf-8")
    assert run("--checkpoint", str(file))[0] == 0
    file.write_text(notes.Signer(keys.origin(), bytes(32)).sign(400, bytes(32)), encoding="utf-8")
    with pytest.raises(CommandError, match="signature"):
        run("--checkpoint", str(file))
    with pytest.raises(CommandError):
        run("--checkpoint", str(tmp_path / "nowhere"))
    assert len(journal) == 600


@pytest.fixture
def exported(journal: list[UUID], tmp_path: Path) -> Path:
    assert len(journal) == 600
    target = tmp_path / "export"
    assert run("--export", str(target))[0] == 0
    return target


def test_an_export_is_verified_without_the_database(exported: Path) -> None:
    assert (exported / "tile/0/002.p/88").is_file()
    assert (exported / "tile/entries/001").is_file()
    key = str(keys.signer().verifier)
    with connection.execute_wrapper(lambda *_: pytest.fail("the database was asked")):
        code, text = run("--offline", str(exported), "--key", key)
        assert (code, "intact" in text, "3 points de contrôle" in text) == (0, True, True)
        assert run("--offline", str(exported))[0] == 0


def test_an_export_reveals_nothing(exported: Path) -> None:
    everything = b"".join(file.read_bytes() for file in exported.rglob("*") if file.is_file())
    for private in (b"a.done", b"x:1", b'"n"'):
        assert private not in everything


@pytest.mark.parametrize(
    ("name", "position", "code"),
    [
        ("tile/entries/001", 256, "leaf_changed"),
        ("tile/0/001", 256, "leaf_changed"),
        ("tile/1/000.p/2", 0, "tile_changed"),
    ],
)
def test_a_changed_file_is_named(exported: Path, name: str, position: int, code: str) -> None:
    file = exported / name
    data = bytearray(file.read_bytes())
    data[5] ^= 1
    file.write_bytes(data)
    report = offline.verify(exported, keys.known_verifiers())
    assert (report.findings[0].code, report.findings[0].position) == (code, position)


@pytest.mark.parametrize("name", ["tile/entries/001", "tile/0/001", "tile/1/000.p/2"])
def test_a_removed_file_is_noticed(exported: Path, name: str) -> None:
    (exported / name).unlink()
    assert offline.verify(exported, keys.known_verifiers()).findings


def test_a_truncated_bundle_is_noticed(exported: Path) -> None:
    file = exported / "tile/entries/001"
    file.write_bytes(file.read_bytes()[:-40])
    assert offline.verify(exported, keys.known_verifiers()).findings[0].code == "leaf_missing"


def test_a_forged_export_does_not_convince_the_real_key(exported: Path) -> None:
    forger = notes.Signer(keys.origin(), bytes(32))
    seen = notes.read((exported / "checkpoint").read_text(encoding="utf-8"), keys.known_verifiers())
    (exported / "checkpoint").write_text(forger.sign(seen.size, seen.root), encoding="utf-8")
    (exported / "keys").write_text(f"{forger.verifier}\n", encoding="utf-8")
    code, text = run("--offline", str(exported), "--key", str(keys.signer().verifier))
    assert (code, "checkpoint_forged" in text) == (1, True)


def test_what_is_no_export_is_refused_in_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="absent"):
        run("--offline", str(tmp_path))
    with pytest.raises(CommandError, match="clé publique"):
        run("--offline", str(tmp_path), "--key", "nonsense")
    with pytest.raises(CommandError, match="rien à exporter"):
        run("--export", str(tmp_path))
