"""Whatever was changed behind Parvis's back, `parvis verify` says so and names it."""

from uuid import UUID, uuid4

import pytest
from django.db import connection

from parvis.core.actor import SYSTEM
from parvis.core.tlog import merkle, notes
from parvis.core.tlog.audit import Report
from parvis.ledger import commands, keys, queries
from parvis.ledger.models import Checkpoint, Entry
from tests.ledger.conftest import Tamper, write

pytestmark = pytest.mark.django_db(transaction=True)


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


def test_leaves_that_no_checkpoint_signs_are_noticed(journal: list[UUID], tamper: Tamper) -> None:
    tamper("DELETE FROM ledger_checkpoint WHERE size = 600")
    assert first(verify()) == ("leaves_unsigned", 400, "")
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
        cursor.execute("TRUNCATE ledger_entry, ledger_leaf, ledger_tile, ledger_checkpoint, ledger_pending CASCADE")
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
