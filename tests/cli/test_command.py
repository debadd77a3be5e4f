"""The `parvis` command: quick, plain, and nothing left behind."""

import importlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from parvis.cli import COMMANDS, main
from parvis.cli.serve import address
from tests.core import clusters

ROOT = clusters.ROOT


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
    return port


def descendants(pid: int) -> set[int]:
    parents = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with suppress(OSError):
                parents[int(entry.name)] = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
    found = {pid}
    while more := {child for child, parent in parents.items() if parent in found} - found:
        found |= more
    return found - {pid}


def answers(port: int) -> bool:
    with suppress(OSError):
        return bool(urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=2).status == 200)
    return False


def living(pids: set[int]) -> set[int]:
    return {pid for pid in pids if Path(f"/proc/{pid}/exe").exists()}


@pytest.fixture
def up(fresh: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A whole installation, started as an operator would."""
    port = free_port()
    environment = os.environ | {
        "PARVIS_DATA": str(fresh),
        "DATABASE_URL": "",
        "PYTHONPATH": str(ROOT / "src"),
        "DJANGO_SETTINGS_MODULE": "parvis.web.settings.base",
        "PORT": str(port),
    }
    log = (fresh.parent / "up.log").open("wb")
    process = subprocess.Popen(
        [sys.executable, "-m", "parvis", "up", "--bind", f"127.0.0.1:{port}", "--workers", "1"],
        env=environment,
        stdout=log,
        stderr=log,
        cwd="/",
    )
    log.close()
    try:
        clusters.eventually(lambda: answers(port), 40)
    except AssertionError:
        process.kill()
        raise AssertionError((fresh.parent / "up.log").read_text()) from None
    yield process
    if process.poll() is None:  # the test failed before it stopped it
        process.terminate()
        process.wait(60)


def test_help_answers_at_once_and_lists_every_command() -> None:
    start = time.monotonic()
    answer = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "parvis", "--help"],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | {"PYTHONPATH": str(ROOT / "src")},
    )
    assert time.monotonic() - start < 2  # 25 ms alone; what counts is the next line
    assert "django" not in answer.stderr
    for name in COMMANDS:
        assert f"\n  {name} " in answer.stdout


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_listed_command_exists_and_explains_itself(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    module = importlib.import_module(COMMANDS[name][0])
    assert callable(module.run)
    with pytest.raises(SystemExit) as stop:
        main([name, "--help"])
    assert stop.value.code == 0
    assert f"parvis {name}" in capsys.readouterr().out


def test_an_unknown_option_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        main(["doctor", "--jsno"])
    assert stop.value.code == 2
    assert "--jsno" in capsys.readouterr().err


def test_the_data_option_comes_before_the_command(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PARVIS_DATA", "/elsewhere")
    with pytest.raises(SystemExit):
        main(["--data", str(tmp_path), "doctor", "--help"])
    assert os.environ["PARVIS_DATA"] == str(tmp_path)


def test_a_bad_setting_is_one_plain_line(fresh: Path) -> None:
    environment = os.environ | {"PARVIS_SMTP_PORT": "vingt-cinq", "DJANGO_SETTINGS_MODULE": "parvis.web.settings.base"}
    answer = subprocess.run(
        [sys.executable, "-m", "parvis", "doctor"],
        capture_output=True,
        text=True,
        check=False,
        env=environment | {"PARVIS_DATA": str(fresh), "PYTHONPATH": str(ROOT / "src")},
    )
    assert answer.returncode == 1
    assert answer.stderr.startswith("parvis doctor : PARVIS_SMTP_PORT='vingt-cinq'")
    assert "Traceback" not in answer.stderr


@pytest.mark.parametrize(
    ("bind", "expected"),
    [("127.0.0.1:80", ("127.0.0.1", 80)), ("[::1]:8600", ("::1", 8600)), (":8600", ("127.0.0.1", 8600))],
)
def test_addresses(bind: str, expected: tuple[str, int]) -> None:
    assert address(bind) == expected


def test_up_mends_its_children_and_stops_clean(up: subprocess.Popen[bytes], fresh: Path) -> None:
    family = descendants(up.pid)
    assert len(family) >= 3  # the site's master and worker, the background worker
    for pid in family:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    clusters.eventually(lambda: len(descendants(up.pid) - family) >= 3, 20)
    family = descendants(up.pid)
    up.terminate()
    assert up.wait(40) == 0
    clusters.eventually(lambda: not living(family))
    clusters.eventually(lambda: clusters.all_gone(fresh))
    assert clusters.was_stopped_cleanly(fresh)


def test_a_killed_web_server_takes_its_workers_along(up: subprocess.Popen[bytes]) -> None:
    children = [pid for pid in descendants(up.pid) if b"serve" in Path(f"/proc/{pid}/cmdline").read_bytes()]
    master = next(pid for pid in children if set(children) - {pid} <= descendants(pid))
    workers = descendants(master)
    os.kill(master, signal.SIGKILL)
    clusters.eventually(lambda: workers and not living(workers), 5)
    up.terminate()
    assert up.wait(40) == 0


def test_up_killed_without_warning_leaves_nothing(up: subprocess.Popen[bytes], fresh: Path) -> None:
    family = descendants(up.pid)
    up.kill()
    up.wait()
    clusters.eventually(lambda: not living(family), 30)
    clusters.eventually(lambda: clusters.all_gone(fresh))
    assert clusters.was_stopped_cleanly(fresh)


def test_psql_reaches_the_embedded_database(data_dir: Path) -> None:
    environment = os.environ | {"PARVIS_DATA": str(data_dir), "DATABASE_URL": "", "PYTHONPATH": str(ROOT / "src")}
    for options, expected in ([], "parvis"), (["--admin"], "postgres"):
        answer = subprocess.run(
            [sys.executable, "-m", "parvis", "psql", *options, "-Atc", "SELECT to_json(current_user::text)"],
            capture_output=True,
            text=True,
            check=True,
            env=environment,
        )
        assert json.loads(answer.stdout) == expected
