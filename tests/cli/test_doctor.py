"""The doctor says what is wrong and what to do, and never shows a password."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.conf import LazySettings

from parvis.cli import doctor, main
from parvis.cli.checks import Finding, Level, machine, outside, storage

pytestmark = pytest.mark.django_db


def only(findings: list[Finding]) -> Finding:
    (found,) = findings
    return found


def test_a_healthy_installation(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        main(["doctor", "--json"])
    findings = json.loads(capsys.readouterr().out)
    assert [found for found in findings if found["level"] == "error"] == []
    assert {"Python", "Base de données", "Documents", "Horloge"} <= {found["subject"] for found in findings}
    assert stop.value.code == 0


def test_an_unreachable_database_is_an_error_without_its_password(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://parvis:tres-secret@127.0.0.1:1/parvis")
    with pytest.raises(SystemExit) as stop:
        main(["doctor"])
    said = capsys.readouterr()
    assert "ERREUR     Base de données : postgresql://parvis:***@127.0.0.1:1/parvis" in said.out
    assert "tres-secret" not in said.out + said.err
    assert stop.value.code == 1


def test_an_old_server_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(storage, "_server_version", lambda: 140_011)
    found = only(storage.database())
    assert found.level is Level.ERROR
    assert "14.11" in found.message
    assert "15" in found.remedy


def test_a_database_user_that_no_policy_binds_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    assert only(storage.policies()).level is Level.OK, "the embedded server's user is bound"
    monkeypatch.setattr(storage, "_ABOVE_POLICIES", "SELECT true")
    found = only(storage.policies())
    assert found.level is Level.WARNING
    assert "BYPASSRLS" in found.remedy


def test_a_document_store_that_refuses_writing(settings: LazySettings, tmp_path: Path) -> None:
    (tmp_path / "plain-file").touch()
    settings.DOCUMENTS_ROOT = tmp_path / "plain-file" / "documents"
    assert only(storage.documents()).level is Level.ERROR


def test_a_mail_server_that_does_not_answer(settings: LazySettings) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    found = only(outside.mail())
    assert found.level is Level.WARNING
    assert "PARVIS_SMTP_HOST" in found.remedy


def test_a_disk_almost_full(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PARVIS_DATA", str(tmp_path))
    tmp_path.chmod(0o700)
    levels = []
    for free in (100 * 1024**2, 1024**3, 50 * 1024**3):
        monkeypatch.setattr(storage, "_free", lambda _, free=free: free)
        levels.append(only(storage.data_directory()).level)
    assert levels == [Level.ERROR, Level.WARNING, Level.OK]


def test_a_data_directory_open_to_others(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PARVIS_DATA", str(tmp_path))
    tmp_path.chmod(0o755)
    found = only(storage.data_directory())
    assert (found.level, found.remedy) == (Level.WARNING, f"chmod 700 {tmp_path}")


def test_a_clock_in_the_past(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "_NOT_BEFORE", datetime(2999, 1, 1, tzinfo=UTC))
    assert only(machine.clock()).level is Level.ERROR


def test_a_check_that_breaks_hides_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> list[Finding]:
        raise RuntimeError

    monkeypatch.setattr(doctor, "CHECKS", [broken, machine.python])
    assert [found.level for found in doctor.diagnose()] == [Level.ERROR, Level.OK]
