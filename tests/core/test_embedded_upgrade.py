"""A cluster of an older PostgreSQL is taken over whole, or left exactly as it was."""

import subprocess
from pathlib import Path

import pytest

from parvis.core import embedded
from parvis.core.embedded import initialise, paths, upgrade
from parvis.core.embedded.accounts import server_account
from parvis.core.embedded.binaries import programs_for, wheel_programs
from tests.core import clusters


@pytest.fixture
def old_cluster(fresh: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A PostgreSQL 16 cluster, made by the wheel's other set of programs."""
    old_programs = wheel_programs().parent.parent / "pginstall" / "bin"
    if not (old_programs / "initdb").exists():
        pytest.skip("the wheel has no PostgreSQL 16 any more")
    fresh.mkdir(mode=0o700)
    paths.control_dir(fresh).mkdir(mode=0o700)
    account = server_account(fresh)
    # 16 knows neither the builtin provider nor its locale.
    with monkeypatch.context() as patch, paths.server_log(fresh).open("ab") as log:
        patch.setattr(initialise, "_INITDB", [word for word in initialise._INITDB if "builtin" not in word])  # noqa: SLF001
        initialise.make_cluster(fresh, programs_for(account, old_programs), account, log)
        programs_dir = programs_for(account, old_programs)
        running = upgrade._running(paths.cluster_dir(fresh), programs_dir, account, log)  # noqa: SLF001
        with running, clusters.connect(fresh) as connection:
            connection.execute("CREATE TABLE kept AS SELECT generate_series(1, 5000) AS n, 'é' AS letter")
    assert initialise.version_of(paths.cluster_dir(fresh)) == "16"
    return fresh


def test_every_row_comes_over_and_the_old_cluster_is_kept(old_cluster: Path) -> None:
    with pytest.raises(embedded.EmbeddedError, match="upgrade-database"):
        embedded.ensure_running(old_cluster)
    kept = upgrade.upgrade(old_cluster, lambda _: None)
    assert kept == old_cluster / "postgres.16"
    embedded.ensure_running(old_cluster, durability="volatile")
    assert clusters.value(old_cluster, "SELECT current_setting('server_version_num')::int / 10000") == 18
    assert clusters.value(old_cluster, "SELECT sum(n) FROM kept") == 5000 * 5001 // 2
    with clusters.connect(old_cluster) as connection:
        connection.execute("DROP TABLE kept")  # still the property of the application's role
    assert upgrade.upgrade(old_cluster, lambda _: None) is None


def test_a_copy_that_fails_leaves_the_old_cluster_in_place(old_cluster: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise subprocess.CalledProcessError(1, "pg_restore")

    monkeypatch.setattr(upgrade, "_copy", broken)
    with pytest.raises(subprocess.CalledProcessError):
        upgrade.upgrade(old_cluster, lambda _: None)
    assert initialise.version_of(paths.cluster_dir(old_cluster)) == "16"
    assert not (old_cluster / "postgres.16").exists()


def test_a_database_in_service_is_not_touched(data_dir: Path) -> None:
    embedded.ensure_running(data_dir, durability="volatile")
    (paths.cluster_dir(data_dir) / "PG_VERSION").write_text("16\n")
    with pytest.raises(embedded.EmbeddedError, match="en service"):
        upgrade.upgrade(data_dir, lambda _: None)
