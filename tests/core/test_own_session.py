"""A pooler that lends sessions around is refused: tried with the real PgBouncer."""

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from parvis.core import embedded
from parvis.core.own_session import keeps_session
from tests.core import clusters

_SETTINGS = """
[databases]
parvis = host={host} user=parvis
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = any
pool_mode = {mode}
default_pool_size = {size}
"""


@pytest.fixture(scope="module")
def pooled_cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A cluster of an account that PgBouncer may run as: it refuses root, as PostgreSQL does."""
    place = tmp_path_factory.mktemp("pooled") / "data"
    place.mkdir()
    if os.getuid() == 0:
        clusters.open_to_others(place)
        os.chown(place, clusters.NOBODY, clusters.NOBODY)
    embedded.ensure_running(place, durability="volatile")
    yield place
    embedded.release(place)
    embedded.stop(place)


@contextmanager
def pooler(data_dir: Path, mode: str, size: int = 5) -> Iterator[dict[str, str]]:
    program = shutil.which("pgbouncer", path=f"{os.environ['PATH']}:/usr/sbin")
    assert program, "install pgbouncer"
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings = data_dir / f"{mode}-{size}.ini"
    host = embedded.paths.socket_dir(data_dir)
    settings.write_text(_SETTINGS.format(host=host, port=port, mode=mode, size=size))
    settings.chmod(0o644)
    account = clusters.NOBODY if os.getuid() == 0 else None
    running = subprocess.Popen(
        [program, "-q", str(settings)], user=account, group=account, extra_groups=[] if account else None, cwd="/"
    )
    config = {"HOST": "127.0.0.1", "PORT": str(port), "USER": "parvis", "NAME": "parvis"}
    try:
        clusters.eventually(lambda: _answers(config))
        yield config
    finally:
        running.terminate()
        running.wait(timeout=10)


def _answers(config: dict[str, str]) -> bool:
    try:
        psycopg.connect(host=config["HOST"], port=config["PORT"], user="parvis", dbname="parvis").close()
    except psycopg.OperationalError:
        return False
    return True


@pytest.mark.parametrize("size", [5, 1])
def test_a_session_lent_around_is_seen(pooled_cluster: Path, size: int) -> None:
    with pooler(pooled_cluster, "transaction", size) as config:
        assert not keeps_session(config)


def test_a_pooler_that_gives_whole_sessions_is_accepted(pooled_cluster: Path) -> None:
    with pooler(pooled_cluster, "session") as config:
        assert keeps_session(config)


def test_nothing_is_served_through_a_pooler_that_lends_sessions(pooled_cluster: Path) -> None:
    with pooler(pooled_cluster, "transaction") as config:
        url = f"postgresql://parvis@127.0.0.1:{config['PORT']}/parvis"
        for command in (["worker"], ["serve", "--bind", "127.0.0.1:0"]):
            done = subprocess.run(
                [sys.executable, "-m", "parvis", *command],
                env={**os.environ, "DATABASE_URL": url},
                capture_output=True,
                text=True,
                timeout=60,
                check=False,
            )
            assert done.returncode == 1, command
            assert "répartiteur" in done.stderr


def test_a_server_reached_directly_is_accepted(pooled_cluster: Path) -> None:
    assert keeps_session({"HOST": str(embedded.paths.socket_dir(pooled_cluster)), "USER": "parvis", "NAME": "parvis"})
