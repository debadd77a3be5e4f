"""`parvis verify`: what it says, how it exits, and the export that needs no database."""

import json
from io import StringIO
from pathlib import Path
from uuid import UUID

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from parvis.core.tlog import directory, notes
from parvis.ledger import keys
from parvis.ledger.models import Checkpoint
from tests.ledger.conftest import Tamper

pytestmark = pytest.mark.django_db(transaction=True)


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
    report = directory.verify_directory(exported, keys.known_verifiers())
    assert (report.findings[0].code, report.findings[0].position) == (code, position)


@pytest.mark.parametrize("name", ["tile/entries/001", "tile/0/001", "tile/1/000.p/2"])
def test_a_removed_file_is_noticed(exported: Path, name: str) -> None:
    (exported / name).unlink()
    assert directory.verify_directory(exported, keys.known_verifiers()).findings


def test_a_truncated_bundle_is_noticed(exported: Path) -> None:
    file = exported / "tile/entries/001"
    file.write_bytes(file.read_bytes()[:-40])
    assert directory.verify_directory(exported, keys.known_verifiers()).findings[0].code == "leaf_missing"


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
