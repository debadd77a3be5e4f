"""`parvis preservation`, the doctor's line, and what the law says."""

import argparse
import json
import zipfile
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from parvis.cli import preservation, registry
from parvis.cli.checks import kept
from parvis.cli.checks.finding import Level
from parvis.core.clock import now
from parvis.core.errors import DomainError
from parvis.preservation import commands, formats, law
from parvis.preservation.models import StoredObject
from parvis.preservation.store.folder import FolderSite
from tests.preservation.test_store import damage
from tests.support.registers import Court, scan

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def ready(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "ready", lambda: None)
    monkeypatch.setattr(kept, "_server_version", lambda: 180_000)


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, Any]:
    parser = argparse.ArgumentParser()
    preservation.add_arguments(parser)
    code = preservation.run(parser.parse_args([*words, "--json"]))
    return code, json.loads(capsys.readouterr().out)


def test_from_a_late_replica_to_a_healed_one(
    court: Court, tmp_path: Path, capsys: pytest.CaptureFixture[str], replica: FolderSite
) -> None:
    court.fill(tmp_path, 3)
    StoredObject.objects.update(created_at=now() - timedelta(hours=30))
    code, said = run(capsys, "status")
    assert (code, said["late"], said["waiting"]) == (1, True, 3)
    assert [one.level for one in kept.preservation()] == [Level.ERROR]
    assert run(capsys, "replicate")[0] == 0
    assert run(capsys, "status")[0] == 0
    assert [one.level for one in kept.preservation()] == [Level.OK]
    damage(replica, next(iter(replica.names())))
    code, rows = run(capsys, "scrub", "--site", "replica", "--rate", "1000")
    assert (code, rows[0]["damaged"], rows[0]["repaired"], rows[0]["whole"]) == (0, 1, 1, True)


def test_bad_on_both_sites_fails_and_the_doctor_says_so(
    court: Court, tmp_path: Path, capsys: pytest.CaptureFixture[str], primary: FolderSite, replica: FolderSite
) -> None:
    court.fill(tmp_path, 1)
    run(capsys, "replicate")
    name = next(iter(replica.names()))
    damage(primary, name, at=3)
    damage(replica, name, at=9)
    assert run(capsys, "scrub")[0] == 1
    (found,) = kept.preservation()
    assert (found.level, "deux sites" in found.message) == (Level.ERROR, True)


def test_without_a_distinct_site_the_doctor_says_so(court: Court, tmp_path: Path, settings: Any) -> None:
    assert [one.level for one in kept.preservation()] == [Level.OK], "nothing is kept yet"
    court.fill(tmp_path, 1)
    settings.PRESERVATION_REPLICA = ""
    assert "sans site distinct" in kept.preservation()[0].message


def test_registers_formats_and_an_export_for_the_archives(
    court: Court, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    court.fill(tmp_path, 2)
    assert run(capsys, "registers")[1][0]["register"] == "35238/naissance/2024/1"
    assert run(capsys, "formats")[1][0]["mime"] == formats.PNG
    target = tmp_path / "archives.zip"
    words = ("export", "35238/naissance/2024/1", "--to", str(target), "--archives", "22350001800013", "Archives d’Ille")
    code, said = run(capsys, *words)
    assert (code, said["archives_from"]) == (0, "2100-01-01")
    with zipfile.ZipFile(target) as archive:
        manifest = archive.read("export-35238-naissance-2024-1/data/manifest.xml").decode()
    assert "<ArchivalAgency><Identifier>22350001800013</Identifier>" in manifest
    with pytest.raises(DomainError):
        run(capsys, *words)
    with pytest.raises(DomainError):
        run(capsys, "export", "35238/naissance/1900/1", "--to", str(tmp_path / "x.zip"))


def test_a_court_takes_communes(court: Court, capsys: pytest.CaptureFixture[str]) -> None:
    words = ("court", "--siret", court.registry.siret, "--office", "greffe", "06088", "35238")
    assert run(capsys, *words)[1][0]["communes"] == 2
    with pytest.raises(DomainError) as refusal:
        run(capsys, "court", "--siret", court.registry.siret, "--office", "greffe", "99999")
    assert refusal.value.code == "unknown_communes"


@pytest.mark.parametrize(
    ("kind", "day", "open_to_all"),
    [
        ("naissance", date(2025, 12, 31), False),
        ("naissance", date(2026, 1, 1), True),
        ("mariage", date(2025, 12, 31), False),
        ("deces", date(1951, 1, 1), True),
    ],
)
def test_who_may_consult_and_when(kind: str, day: date, open_to_all: bool) -> None:  # noqa: FBT001 - a case
    assert law.communicability(kind, 1950).open_on(day) is open_to_all


@pytest.mark.parametrize(
    ("data", "mime", "whole"),
    [
        (scan(1), formats.PNG, True),
        (scan(1)[:-1], formats.PNG, False),
        (b"%PDF-1.7\nstartxref\n9\n%%EOF\n", formats.PDF, True),
        (b"%PDF-1.7\n", formats.PDF, False),
        (b"II*\x00\x08\x00\x00\x00\x00\x00\x00\x00\x00\x00", formats.TIFF, True),
        (b"II*\x00\xff\x00\x00\x00\x00\x00", formats.TIFF, False),
        (b"II*\x00\x08\x00\x00\x00\x02\x00" + b"\x11\x01\x04\x00\x01\x00\x00\x00\x10\x00\x00\x00"
         b"\x17\x01\x04\x00\x01\x00\x00\x00\xff\xff\x00\x00" + bytes(4), formats.TIFF, False),
        (b"MZ", formats.OTHER, False),
    ],
)  # fmt: skip
def test_formats_are_known_by_their_content(data: bytes, mime: str, whole: bool) -> None:  # noqa: FBT001 - a case
    assert formats.recognise(data) == mime
    assert formats.is_whole(mime, data) is whole


def test_the_immutable_flag_is_asked_for_and_never_in_the_way(
    primary: FolderSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    from parvis.preservation.store import immutable  # noqa: PLC0415 - this test alone

    monkeypatch.setenv("PARVIS_PRESERVATION_IMMUTABLE", "1")
    commands.keep_content(data=b"page", mime="image/png")
    (name,) = primary.names()
    path = primary.root / "objects" / name.hex()[:2] / name.hex()[2:]
    try:
        if immutable.held(path):
            with pytest.raises(PermissionError):
                path.unlink()
            assert list((primary.root / "incoming").iterdir()) == []
    finally:
        immutable.release(path)
