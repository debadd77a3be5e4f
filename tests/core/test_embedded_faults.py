"""Whatever dies, and however, the server comes back whole and nothing is left running."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from parvis.core import embedded
from parvis.core.embedded import client, paths
from parvis.core.embedded.binaries import wheel_programs
from tests.core import clusters
from tests.core.clusters import ClientProcess


def fill(data_dir: Path, rows: int) -> None:
    with clusters.connect(data_dir) as connection:
        connection.execute("DROP TABLE IF EXISTS kept")
        connection.execute("CREATE TABLE kept (n int)")
        connection.execute("INSERT INTO kept SELECT generate_series(1, %s)", [rows])


@contextmanager
def sleeper(owner: int | None) -> Iterator[int]:
    """A living process that is no PostgreSQL."""
    process = subprocess.Popen(["/bin/sleep", "60"], user=owner)
    try:
        yield process.pid
    finally:
        process.kill()
        process.wait()


def leave_pid_file(data_dir: Path, content: str) -> None:
    """What a crash leaves; the rest of the file says the cluster, as PostgreSQL writes it."""
    cluster = paths.cluster_dir(data_dir)
    for name in ("postmaster.pid", f"{paths.SOCKET_NAME}.lock"):
        (cluster / name).write_text(content)
        (cluster / name).chmod(0o600)
        os.chown(cluster / name, cluster.stat().st_uid, cluster.stat().st_gid)


@pytest.mark.parametrize("same_owner", [True, False], ids=["same uid", "foreign uid"])
def test_a_stale_pid_that_now_belongs_to_another_program(data_dir: Path, *, same_owner: bool) -> None:
    owner = paths.cluster_dir(data_dir).stat().st_uid
    with sleeper(owner if same_owner and os.getuid() == 0 else None) as pid:
        leave_pid_file(data_dir, f"{pid}\n/proc/self/cwd\n1795499821\n5432\n.\n\n 1 1\nready   \n")
        embedded.ensure_running(data_dir, durability="volatile")
        assert clusters.can_select(data_dir)
        assert Path(f"/proc/{pid}").exists()  # it is not ours to kill


@pytest.mark.parametrize(
    "content", ["", "12", "999999999\n", "pas un nombre\n"], ids=["empty", "cut", "huge", "rubbish"]
)
def test_a_damaged_pid_file(data_dir: Path, content: str) -> None:
    leave_pid_file(data_dir, content)
    embedded.ensure_running(data_dir, durability="volatile")
    assert clusters.can_select(data_dir)


def test_a_postmaster_that_nobody_has_reaped(data_dir: Path) -> None:
    zombie = subprocess.Popen(
        ["/bin/true"], user=paths.cluster_dir(data_dir).stat().st_uid if not os.getuid() else None
    )
    try:
        clusters.eventually(lambda: " Z " in Path(f"/proc/{zombie.pid}/stat").read_text())
        leave_pid_file(data_dir, f"{zombie.pid}\n/proc/self/cwd\n1795499821\n5432\n.\n\n 1 1\nready   \n")
        embedded.ensure_running(data_dir, durability="volatile")
        assert clusters.can_select(data_dir)
    finally:
        zombie.wait()


def test_a_first_start_killed_half_way(fresh: Path) -> None:
    client_process = ClientProcess(fresh)
    clusters.eventually(lambda: list(fresh.glob("postgres.draft-*/PG_VERSION")))
    for pid in clusters.keepers_of(fresh):
        os.kill(pid, signal.SIGKILL)
    client_process.kill()
    assert not paths.cluster_dir(fresh).exists()
    embedded.ensure_running(fresh, durability="volatile")
    assert clusters.can_select(fresh)
    clusters.eventually(lambda: not list(fresh.glob("postgres.draft-*")))


def test_a_killed_client_leaves_nothing_behind(data_dir: Path) -> None:
    client_process = ClientProcess(data_dir)
    client_process.answer()
    client_process.kill()
    clusters.eventually(lambda: clusters.all_gone(data_dir))
    assert clusters.was_stopped_cleanly(data_dir)


def test_a_killed_keeper_takes_the_server_down_cleanly(data_dir: Path) -> None:
    client_process = ClientProcess(data_dir)
    os.kill(client_process.answer()["keeper"], signal.SIGKILL)
    clusters.eventually(lambda: clusters.all_gone(data_dir))
    assert clusters.was_stopped_cleanly(data_dir)
    client_process.close()


def test_a_watching_client_brings_a_killed_keeper_back(data_dir: Path) -> None:
    client_process = ClientProcess(data_dir, watch=True)
    keeper = client_process.answer()["keeper"]
    fill(data_dir, 3)
    os.kill(keeper, signal.SIGKILL)
    clusters.eventually(lambda: embedded.status(data_dir).keeper not in (0, keeper))
    clusters.eventually(lambda: clusters.can_select(data_dir))
    assert clusters.value(data_dir, "SELECT count(*) FROM kept") == 3
    client_process.close()


def test_a_killed_postmaster_comes_back_with_every_committed_row(data_dir: Path) -> None:
    client_process = ClientProcess(data_dir, durability="durable")
    server = client_process.answer()["server"]
    fill(data_dir, 1000)
    os.kill(server, signal.SIGKILL)
    clusters.eventually(lambda: embedded.status(data_dir).server not in (0, server))
    clusters.eventually(lambda: clusters.can_select(data_dir))
    assert clusters.value(data_dir, "SELECT count(*) FROM kept") == 1000
    client_process.close()


def test_a_session_that_outlives_its_killed_postmaster_does_not_block_the_next(data_dir: Path) -> None:
    client_process = ClientProcess(data_dir)
    server = client_process.answer()["server"]
    with clusters.connect(data_dir) as connection:
        pid = connection.info.backend_pid
        os.kill(pid, signal.SIGSTOP)  # it cannot notice that its postmaster died
        os.kill(server, signal.SIGKILL)
        clusters.eventually(lambda: clusters.can_select(data_dir), 20)
    client_process.close()


def test_everything_killed_at_once(data_dir: Path) -> None:
    client_process = ClientProcess(data_dir, durability="durable")
    client_process.answer()
    fill(data_dir, 1000)
    clusters.kill_everything(data_dir)
    client_process.kill()
    embedded.ensure_running(data_dir)
    assert clusters.value(data_dir, "SELECT count(*) FROM kept") == 1000


def test_stop_waits_for_a_clean_end(data_dir: Path) -> None:
    embedded.ensure_running(data_dir)
    embedded.stop(data_dir)
    assert clusters.all_gone(data_dir)
    assert clusters.was_stopped_cleanly(data_dir)


def slow_postgres(folder: Path, seconds: float) -> Path:
    """Programs whose server takes its time, as one that replays a long journal."""
    real = wheel_programs()
    folder.mkdir()
    for program in real.iterdir():
        (folder / program.name).symlink_to(program)
    (folder / "postgres").unlink()
    (folder / "postgres").write_text(f'#!/bin/sh\nsleep {seconds}\nexec "{real}/postgres" "$@"\n')
    (folder / "postgres").chmod(0o755)
    return folder


@pytest.mark.slow
def test_a_long_recovery_is_waited_for_and_told(
    data_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    programs = slow_postgres(tmp_path / "slow", 11)
    clusters.open_to_others(programs)
    monkeypatch.setattr(client, "wheel_programs", lambda: programs)
    said: list[str] = []
    start = time.monotonic()
    embedded.ensure_running(data_dir, durability="volatile", tell=said.append)
    assert time.monotonic() - start > 10
    assert len(said) == 1
    assert "démarre ou rejoue son journal" in said[0]


def test_patience_has_an_end_that_says_what_to_do(
    data_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    programs = slow_postgres(tmp_path / "slow", 2)
    clusters.open_to_others(programs)
    monkeypatch.setattr(client, "wheel_programs", lambda: programs)
    with pytest.raises(embedded.EmbeddedError, match="réessayez plus tard"):
        embedded.ensure_running(data_dir, durability="volatile", patience=0.3)


def test_the_keeper_needs_nothing_but_the_standard_library() -> None:
    code = "import sys, parvis.core.embedded.keeper; print([m for m in ('django', 'psycopg') if m in sys.modules])"
    environment = {"PYTHONPATH": str(clusters.ROOT / "src")}
    answer = subprocess.run(
        [sys.executable, "-S", "-c", code], capture_output=True, text=True, env=environment, check=True
    )
    assert answer.stdout.strip() == "[]"
