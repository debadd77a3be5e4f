"""Settings are read strictly: a typo is an error, never a silent default."""

import stat
from pathlib import Path

import pytest

from parvis.core import env
from parvis.core.database import database_config


def test_a_secret_may_come_from_a_file_which_wins(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text("du fichier\n")
    monkeypatch.setenv("PARVIS_X", "de l’environnement")
    assert env.text("PARVIS_X") == "de l’environnement"
    monkeypatch.setenv("PARVIS_X_FILE", str(file))
    assert env.text("PARVIS_X") == "du fichier"


@pytest.mark.parametrize(("raw", "expected"), [("oui", True), ("YES", True), ("1", True), ("non", False), ("", False)])
def test_a_flag(monkeypatch: pytest.MonkeyPatch, raw: str, *, expected: bool) -> None:
    monkeypatch.setenv("PARVIS_X", raw)
    assert env.flag("PARVIS_X", default=not expected) is expected


def test_a_flag_that_means_nothing_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARVIS_X", "peut-être")
    with pytest.raises(env.BadSettingError, match="PARVIS_X"):
        env.flag("PARVIS_X")


def test_a_number(monkeypatch: pytest.MonkeyPatch) -> None:
    assert env.number("PARVIS_X", 7) == 7
    monkeypatch.setenv("PARVIS_X", "12")
    assert env.number("PARVIS_X", 7) == 12
    monkeypatch.setenv("PARVIS_X", "douze")
    with pytest.raises(env.BadSettingError, match="PARVIS_X"):
        env.number("PARVIS_X", 7)


def test_words_lose_their_blanks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARVIS_X", " a, b ,,c ")
    assert env.words("PARVIS_X") == ["a", "b", "c"]


def test_the_data_directory_is_the_variable_or_the_account_s(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PARVIS_DATA", str(tmp_path / "a" / ".." / "b"))
    assert env.data_dir() == tmp_path / "b"
    monkeypatch.delenv("PARVIS_DATA")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert env.data_dir() == tmp_path / "parvis"


def test_a_kept_secret_is_made_once_for_its_owner_only(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "keys" / "x.key"
    first = env.kept_secret("PARVIS_X", file)
    assert env.kept_secret("PARVIS_X", file) == first
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    monkeypatch.setenv("PARVIS_X", "donné")
    assert env.kept_secret("PARVIS_X", file) == "donné"


def test_a_database_url_with_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://u%40x:p%2Fw@db.example:5433/parvis%20prod")
    config = database_config()
    assert [config[key] for key in ("USER", "PASSWORD", "HOST", "PORT", "NAME")] == [
        "u@x",
        "p/w",
        "db.example",
        "5433",
        "parvis prod",
    ]


def test_a_database_url_with_a_socket(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://parvis@/parvis?host=%2Frun%2Fmairie%20%C3%A9")
    assert database_config()["HOST"] == "/run/mairie é"


def test_a_database_url_of_another_engine_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "mysql://u@h/d")
    with pytest.raises(env.BadSettingError):
        database_config()


def test_without_a_url_the_embedded_server_is_addressed_by_its_socket(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.setenv("PARVIS_DATA", str(tmp_path))
    # What a login session and a cron job do not share must not change the address.
    monkeypatch.setenv("XDG_RUNTIME_DIR", "/run/user/1")
    first = database_config()["HOST"]
    monkeypatch.delenv("XDG_RUNTIME_DIR")
    assert database_config()["HOST"] == first == str(tmp_path / "postgres")
