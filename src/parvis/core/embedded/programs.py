"""Run a PostgreSQL program in the cluster, as the account that owns it.

The cluster is always named ``/proc/self/cwd``: the program starts in the directory, so it needs no right on the
parents (a data directory below /root works), and spaces, accents or a long path never reach PostgreSQL.
"""

import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

from parvis.core.embedded.accounts import Account
from parvis.core.embedded.processes import die_with_parent

HERE = "/proc/self/cwd"
# A clean environment: PGDATA, PGPORT, LC_ALL or TZ of the caller must not change the server.
_ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}


def _identity(account: Account) -> dict[str, Any]:
    return {"user": account.uid, "group": account.gid, "extra_groups": []} if account.switch else {}


def start(command: list[str], cluster: Path, account: Account, log: IO[bytes], parent: int) -> subprocess.Popen[bytes]:
    """Start a program that gets a clean stop (SIGINT) from the kernel if its parent dies.

    The parent must have one thread only: the wish is made between fork and exec, after the change of user.
    """
    return subprocess.Popen(  # noqa: S603 - our own program and options
        command,
        cwd=cluster,
        env=_ENVIRONMENT,
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=log,
        start_new_session=True,
        preexec_fn=lambda: die_with_parent(signal.SIGINT, parent),  # noqa: PLW1509 - one thread, see above
        **_identity(account),
    )


def run(command: list[str], cluster: Path, account: Account, log: IO[bytes], sql: str = "") -> None:
    """Run a program to its end. Raise CalledProcessError when it fails; its words are in the log."""
    log.flush()
    parent = os.getpid()
    subprocess.run(  # noqa: S603 - our own program and options
        command,
        cwd=cluster,
        env=_ENVIRONMENT,
        input=sql.encode(),
        stdout=log,
        stderr=log,
        check=True,
        # SIGKILL: a half-made cluster is thrown away, so there is nothing to end cleanly.
        preexec_fn=lambda: die_with_parent(signal.SIGKILL, parent),
        **_identity(account),
    )


def accepts_connections(cluster: Path, server: int) -> bool:
    """Tell whether this very server says in its own pid file that it is ready."""
    with suppress(OSError, IndexError, ValueError):
        lines = (cluster / "postmaster.pid").read_text(encoding="utf-8").split("\n")
        return int(lines[0]) == server and lines[7].strip() == "ready"
    return False


def clean_path_environment(package_root: Path) -> dict[str, str]:
    """The environment of the keeper: no site-packages, only our own package."""
    return {**_ENVIRONMENT, "PYTHONPATH": str(package_root), "PYTHONUTF8": "1", "PYTHONHASHSEED": "0"}


def keeper_command(*arguments: str) -> list[str]:
    """The command line of the keeper; without site-packages Python starts three times faster."""
    return [sys.executable, "-S", "-m", "parvis.core.embedded.keeper", *arguments]
