"""Take the database of an older PostgreSQL over: dump from the old server, restore into a new cluster.

Not pg_upgrade: it needs both clusters at once by path, and a server run for root reaches only the one it starts in.
A dump is slower, changes the collation provider on the way and leaves the old cluster untouched.
"""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from parvis.core.embedded import configuration, initialise, paths, programs, state
from parvis.core.embedded.accounts import Account, open_log, server_account
from parvis.core.embedded.binaries import MAJOR, programs_for, wheel_programs
from parvis.core.embedded.errors import EmbeddedError
from parvis.core.embedded.locks import keeper_lock
from parvis.core.embedded.processes import stop_leftovers

_SYSTEM_PROGRAMS = Path("/usr/lib/postgresql")


def upgrade(data_dir: Path, tell: Callable[[str], object]) -> Path | None:
    """Upgrade and return where the old cluster is kept, None when there is nothing to do."""
    found = initialise.version_of(paths.cluster_dir(data_dir))
    if found in ("", str(MAJOR)):
        return None
    account = server_account(data_dir)
    old_programs = programs_for(account, _programs_of(found))
    lock = keeper_lock(paths.control_dir(data_dir), data_dir.stat())
    if not lock.try_alone():
        message = "La base de données est en service. Arrêtez Parvis, puis relancez « parvis upgrade-database »."
        raise EmbeddedError(message)
    state.clear(data_dir)
    try:
        return _replace(data_dir, account, old_programs, found, tell)
    finally:
        lock.close()


def _replace(data_dir: Path, account: Account, old_programs: Path, found: str, tell: Callable[[str], object]) -> Path:
    cluster = paths.cluster_dir(data_dir)
    kept, new_programs = cluster.with_name(f"postgres.{found}"), programs_for(account, wheel_programs())
    if kept.exists():
        message = f"{kept} existe déjà, d’une mise à niveau précédente. Déplacez-le, puis relancez la commande."
        raise EmbeddedError(message)
    stop_leftovers(cluster, tell)
    cluster.rename(kept)
    try:
        with open_log(paths.server_log(data_dir), data_dir) as log:
            initialise.make_cluster(data_dir, new_programs, account, log)
            tell(f"Copie de la base de PostgreSQL {found} vers PostgreSQL {MAJOR}…")
            with _running(kept, old_programs, account, log), _running(cluster, new_programs, account, log):
                _copy(kept, cluster, log)
    except BaseException:
        # Whatever happened, the old cluster takes its place back.
        stop_leftovers(cluster, tell)
        if cluster.exists():
            cluster.rename(cluster.with_name(f"postgres.draft-failed-{os.getpid()}"))
        kept.rename(cluster)
        raise
    return kept


def _programs_of(major: str) -> Path:
    """The wheel carries several versions, the system perhaps others."""
    wheel = wheel_programs().parent.parent
    candidates = [*(place / "bin" for place in sorted(wheel.glob("pginstall*"))), _SYSTEM_PROGRAMS / major / "bin"]
    for programs_dir in candidates:
        if (programs_dir / "postgres").exists():
            command = [str(programs_dir / "postgres"), "--version"]
            words = subprocess.run(command, capture_output=True, text=True, check=False).stdout.split()  # noqa: S603 - ours
            if words and words[-1].split(".")[0] == major:
                return programs_dir
    message = (
        f"La base est au format de PostgreSQL {major}, dont les programmes ne sont pas sur cette machine. "
        f"Installez-les (apt install postgresql-{major}), puis relancez « parvis upgrade-database »."
    )
    raise EmbeddedError(message)


@contextmanager
def _running(cluster: Path, programs_dir: Path, account: Account, log: IO[bytes]) -> Iterator[None]:
    """Run a server for the time of the copy. This process has one thread, as `programs.start` demands."""
    (cluster / "postmaster.pid").unlink(missing_ok=True)
    configuration.write(cluster, account, "durable")
    command = [str(programs_dir / "postgres"), "-D", programs.HERE]
    server = programs.start(command, cluster, account, log, os.getpid())
    try:
        while not programs.accepts_connections(cluster, server.pid):
            if server.poll() is not None:
                message = f"Le serveur de {cluster} ne démarre pas. Le journal {log.name} dit pourquoi."
                raise EmbeddedError(message)
            time.sleep(0.02)
        yield
    finally:
        server.send_signal(signal.SIGINT)
        server.wait()


def _copy(source: Path, target: Path, log: IO[bytes]) -> None:
    """Pipe a dump of the one into the other; both sockets are named from the directory the client starts in."""
    programs_dir, name = wheel_programs(), configuration.ROLE
    where = ["-h", programs.HERE, "-U", "postgres", "-d", name]
    dump_command = [str(programs_dir / "pg_dump"), "-Fc", *where]
    with subprocess.Popen(dump_command, cwd=source, stdout=subprocess.PIPE, stderr=log) as dump:  # noqa: S603 - ours
        restore_command = [str(programs_dir / "pg_restore"), "--exit-on-error", *where]
        restored = subprocess.run(restore_command, cwd=target, stdin=dump.stdout, stderr=log, check=False)  # noqa: S603 - ours
    if dump.returncode or restored.returncode:
        message = f"La copie a échoué, la base d’origine est intacte. Le journal {log.name} dit pourquoi."
        raise EmbeddedError(message)
