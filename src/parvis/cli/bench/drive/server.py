"""The application served for real, by `parvis serve`, for the time of a bench."""

import http.client
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from parvis.cli import children
from parvis.cli.bench.meters import processes

_PATIENCE = 60.0


@dataclass(frozen=True, slots=True)
class Served:
    """A running site. ``pids`` are all its processes: the granian master and its workers, not PostgreSQL's."""

    port: int
    pids: frozenset[int]

    def cpu_seconds(self) -> float:
        """Return the processor time that the site has used so far."""
        return processes.cpu_seconds(set(self.pids))

    def peak_mebibytes(self) -> float:
        """Return the peak memory of its largest process."""
        return max(processes.peak_mebibytes(pid) for pid in self.pids)

    def connect(self) -> http.client.HTTPConnection:
        """Return a connection that stays open from one request to the next."""
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)


@contextmanager
def served(workers: int = 2) -> Iterator[Served]:
    """Run the site, as an operator would, until the end of the block."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
    command = [sys.executable, "-m", "parvis", "serve", "--bind", f"127.0.0.1:{port}", "--workers", str(workers)]
    process = subprocess.Popen(command, env=children.environment(), stdout=subprocess.DEVNULL)  # noqa: S603 - ourselves
    try:
        _wait(process, port, workers)
        yield Served(port, frozenset(processes.family(process.pid)))
    finally:
        process.terminate()
        try:
            process.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait(process: "subprocess.Popen[bytes]", port: int, workers: int) -> None:
    """Wait until every worker answers: each is asked by many fresh connections, which the system shares out."""
    deadline = time.monotonic() + _PATIENCE
    good = 0
    while good < 10 * workers:
        if process.poll() is not None or time.monotonic() > deadline:
            message = f"parvis serve did not answer on port {port} (code {process.poll()})"
            raise TimeoutError(message)
        with suppress(OSError, http.client.HTTPException):
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
            connection.request("GET", "/", headers={"Host": "localhost", "X-Forwarded-Proto": "https"})
            connection.getresponse().read()
            connection.close()
            good += 1
            continue
        time.sleep(0.05)
