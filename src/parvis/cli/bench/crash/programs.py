"""The programs of an installation, started again when they die, as systemd would; and the hand that kills them."""

import os
import random
import signal
import socket
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from parvis.cli import children
from parvis.cli.bench.meters import processes
from parvis.core.embedded import paths

VICTIMS = ("un processus du site", "tout le site", "le travailleur", "PostgreSQL", "une session de PostgreSQL")
# How often each is chosen: those that die most in real life most often.
WEIGHTS = (4, 2, 3, 2, 3)


@dataclass(slots=True)
class Installation:
    """A site and a worker on one data directory."""

    data_dir: Path
    port: int
    chance: random.Random
    running: dict[str, "subprocess.Popen[bytes]"] = field(default_factory=dict)

    def keep_up(self) -> None:
        """Start whatever does not run."""
        for name, words in (("serve", ["--bind", f"127.0.0.1:{self.port}", "--workers", "2"]), ("worker", [])):
            present = self.running.get(name)
            if present is None or present.poll() is not None:
                command = [sys.executable, "-m", "parvis", name, *words]
                self.running[name] = subprocess.Popen(  # noqa: S603 - ourselves
                    command, env=children.environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
                )

    def kill_one(self) -> str:
        """Kill -9 something, chosen at random, and return what it was."""
        (victim,) = self.chance.choices(VICTIMS, WEIGHTS)
        pids = {
            VICTIMS[0]: lambda: sorted(processes.family(self.running["serve"].pid) - {self.running["serve"].pid}),
            VICTIMS[1]: lambda: [self.running["serve"].pid],
            VICTIMS[2]: lambda: [self.running["worker"].pid],
            VICTIMS[3]: lambda: [self._postmaster()],
            VICTIMS[4]: lambda: sorted(processes.family(self._postmaster()) - {self._postmaster()}),
        }[victim]()
        if pids:
            with suppress(ProcessLookupError):
                os.kill(self.chance.choice(pids), signal.SIGKILL)
        return victim

    def _postmaster(self) -> int:
        return int((paths.cluster_dir(self.data_dir) / "postmaster.pid").read_text().split()[0])

    def stop(self) -> None:
        """End the programs."""
        for process in self.running.values():
            process.terminate()
        for process in self.running.values():
            try:
                process.wait(40)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def free_port() -> int:
    """Return a port nobody listens to."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port
