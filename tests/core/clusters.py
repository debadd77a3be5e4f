"""Drive real embedded servers: clients in their own processes, and the truth from /proc."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import psycopg

from parvis.core.embedded import paths
from parvis.core.embedded.binaries import wheel_programs
from parvis.core.embedded.processes import servers_in

ROOT = Path(__file__).resolve().parents[2]
NOBODY = 65_534
CLIENT = """
import json, sys
from pathlib import Path
from parvis.core import embedded
data_dir, watch, durability = Path(sys.argv[1]), sys.argv[2] == "watch", sys.argv[3]
try:
    cluster = embedded.ensure_running(data_dir, watch=watch, durability=durability)
    seen = embedded.status(data_dir)
    print(json.dumps({"host": cluster.host, "keeper": seen.keeper, "server": seen.server}), flush=True)
except embedded.EmbeddedError as refusal:
    print(json.dumps({"refusal": str(refusal)}), flush=True)
    raise SystemExit(1)
sys.stdin.read()
"""


class ClientProcess:
    """A process that uses the server until `close` or `kill`."""

    def __init__(
        self,
        data_dir: Path,
        *,
        watch: bool = False,
        durability: str = "volatile",
        uid: int | None = None,
        python: str = sys.executable,
    ) -> None:
        path = os.pathsep.join([str(ROOT / "src"), *(place for place in sys.path if place.endswith("site-packages"))])
        self.process = subprocess.Popen(
            [python, "-c", CLIENT, str(data_dir), "watch" if watch else "once", durability],
            env={"PATH": os.environ["PATH"], "PYTHONPATH": path, "LC_ALL": "C.UTF-8"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd="/",
            user=uid,
            group=uid,
            extra_groups=[] if uid else None,
        )

    def answer(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        found: dict[str, Any] = json.loads(self.process.stdout.readline())
        return found

    def close(self) -> None:
        self.process.communicate()

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate()


def connect(data_dir: Path, user: str = "parvis") -> psycopg.Connection[tuple[Any, ...]]:
    host = str(paths.socket_dir(data_dir))
    return psycopg.connect(host=host, user=user, dbname="parvis", autocommit=True, connect_timeout=10)


def value(data_dir: Path, sql: str) -> Any:
    with connect(data_dir, "postgres") as connection:
        row = connection.execute(sql.encode()).fetchone()
    return row[0] if row else None


def eventually(condition: Callable[[], object], seconds: float = 15.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it never happened"
        time.sleep(0.05)


def can_select(data_dir: Path) -> bool:
    with suppress(psycopg.OperationalError):
        return bool(value(data_dir, "SELECT 1") == 1)
    return False


def keepers_of(data_dir: Path) -> list[int]:
    """Every keeper process of a data directory, from /proc."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with suppress(OSError):
                words = (entry / "cmdline").read_bytes().split(b"\0")
                if b"parvis.core.embedded.keeper" in words and bytes(data_dir) in words:
                    found.append(int(entry.name))
    return found


def postmasters_of(data_dir: Path) -> list[int]:
    return [pid for pid, postmaster in servers_in(paths.cluster_dir(data_dir)).items() if postmaster]


def open_to_others(place: Path) -> None:
    """Let other accounts cross the directories that pytest made private."""
    for parent in place.parents:
        if parent.is_relative_to(tempfile.gettempdir()) and parent.stat().st_uid == os.getuid():
            parent.chmod(parent.stat().st_mode | 0o011)


def all_gone(data_dir: Path) -> bool:
    return not keepers_of(data_dir) and not servers_in(paths.cluster_dir(data_dir))


def kill_everything(data_dir: Path) -> None:
    for pid in [*keepers_of(data_dir), *servers_in(paths.cluster_dir(data_dir))]:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    eventually(lambda: all_gone(data_dir), 10)


def was_stopped_cleanly(data_dir: Path) -> bool:
    """Ask PostgreSQL's own control file."""
    command = [str(wheel_programs() / "pg_controldata"), "-D", str(paths.cluster_dir(data_dir))]
    words = subprocess.run(command, capture_output=True, text=True, check=True, env={"LC_ALL": "C"}).stdout
    state = next(line for line in words.splitlines() if line.startswith("Database cluster state"))
    return state.split(":")[1].strip() == "shut down"
