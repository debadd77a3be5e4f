"""The keeper: one small detached process that owns the server, and leaves after the last client.

``python -m parvis.core.embedded.keeper DATA_DIR BIN_DIR DURABILITY``. Standard library only: it must start fast.
It has one thread, and must keep it so: the server is told to stop when the *thread* that started it dies.
"""

import os
import re
import select
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import IO, cast

from parvis.core.embedded import configuration, paths, programs, state
from parvis.core.embedded.accounts import open_log, server_account
from parvis.core.embedded.binaries import programs_for
from parvis.core.embedded.errors import EmbeddedError
from parvis.core.embedded.initialise import give_rights, make_cluster, refuse_other_version, version_of
from parvis.core.embedded.locks import keeper_lock, users_lock
from parvis.core.embedded.processes import stop_leftovers
from parvis.core.embedded.state import Phase, Status

_GRACE = 2.0  # a script that runs ten short commands must not pay ten starts
_TICK = 0.25
_TRIES = 5
_LINE_START = r"\] (?:LOG|FATAL|PANIC|ERROR|HINT|DETAIL): "
_BIGGEST_LOG = 20 * 1024 * 1024


class Keeper:
    """Runs the server of one data directory until nobody uses it, or until told to stop."""

    def __init__(self, data_dir: Path, bin_dir: Path, durability: configuration.Durability) -> None:
        self.data_dir = data_dir
        self.cluster = paths.cluster_dir(data_dir)
        self.account = server_account(data_dir)
        self.bin_dir = programs_for(self.account, bin_dir)
        self.durability = durability
        self.users = users_lock(paths.control_dir(data_dir), data_dir.stat())
        self.server: subprocess.Popen[bytes] | None = None
        self.leaving = False
        self.last_used = time.monotonic()

    def run(self) -> None:
        """Start the server, start it again when it dies, leave when it is no longer needed."""
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, self._leave)
        with _server_log(self.data_dir) as log:
            self._prepare(log)
            failures = 0
            while not self._unneeded():
                if self._start(log):
                    failures = 0
                    self._watch()
                elif not self.leaving:
                    failures += 1
                    if failures == _TRIES:
                        raise EmbeddedError(_why(self.data_dir))
                if not self.leaving:
                    time.sleep(0.1 * 2**failures)
            self._stop()

    def _prepare(self, log: IO[bytes]) -> None:
        refuse_other_version(self.data_dir)
        # Whatever a dead keeper left running must end before we touch its files.
        self._tell("starting")
        stop_leftovers(self.cluster, _say)
        if not version_of(self.cluster):
            self._tell("initialising")
            fast = self.durability == "volatile"
            make_cluster(self.data_dir, self.bin_dir, self.account, log, fast=fast)
        self._clear_stale()
        give_rights(self.cluster, self.bin_dir, self.account, log)

    def _start(self, log: IO[bytes]) -> bool:
        """Start the server and wait until it accepts connections, however long its recovery. False if it died."""
        stop_leftovers(self.cluster, _say)
        self._clear_stale()
        configuration.write(self.cluster, self.account, self.durability)
        self._tell("starting")
        command = [str(self.bin_dir / "postgres"), "-D", programs.HERE]
        self.server = programs.start(command, self.cluster, self.account, log, os.getpid())
        while self.server.poll() is None:
            if programs.accepts_connections(self.cluster, self.server.pid):
                self._tell("ready")
                return True
            if self.leaving:
                self._stop()
                return False
            time.sleep(0.01)
        return False

    def _clear_stale(self) -> None:
        """With our lock held and no server alive, these files are of the dead: their number may be anybody's by now."""
        for stale in ("postmaster.pid", f"{paths.SOCKET_NAME}.lock", paths.SOCKET_NAME):
            (self.cluster / stale).unlink(missing_ok=True)

    def _watch(self) -> None:
        """Return when the server died or when we should leave."""
        if self.server is None:
            return
        handle = os.pidfd_open(self.server.pid)
        try:
            while not self._unneeded():
                if select.select([handle], [], [], _TICK)[0]:
                    self.server.wait()
                    _say(f"the server ended with {self.server.returncode}")
                    return
        finally:
            os.close(handle)

    def _unneeded(self) -> bool:
        """Tell whether to leave. On the last look the users' lock stays ours, so that newcomers wait for our end."""
        if self.leaving:
            return True
        if not self.users.try_alone():
            self.last_used = time.monotonic()
            return False
        if time.monotonic() - self.last_used < _GRACE:
            self.users.release()
            return False
        return True

    def _stop(self) -> None:
        if self.server is None or self.server.poll() is not None:
            return
        self._tell("stopping")
        # SIGINT is PostgreSQL's "fast" stop: sessions end, everything is written, no recovery at the next start.
        self.server.send_signal(signal.SIGINT)
        self.server.wait()

    def _leave(self, _number: int, _frame: object) -> None:
        self.leaving = True

    def _tell(self, phase: Phase) -> None:
        server = self.server.pid if self.server else 0
        state.write(self.data_dir, Status(phase, keeper=os.getpid(), server=server))


def _server_log(data_dir: Path) -> IO[bytes]:
    log = paths.server_log(data_dir)
    if log.exists() and log.stat().st_size > _BIGGEST_LOG:
        log.replace(log.with_suffix(".log.1"))
    return open_log(log, data_dir)


def _say(text: str) -> None:
    print(time.strftime("%F %T"), text, file=sys.stderr, flush=True)  # noqa: T201 - stderr is keeper.log


def _why(data_dir: Path) -> str:
    log = paths.server_log(data_dir)
    # The line before the last one often holds the cause: "invalid value…", then "the file contains errors".
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()[-2:]
    reason = " ; ".join(re.split(_LINE_START, line)[-1].strip() for line in lines) or "aucune raison donnée"
    return f"PostgreSQL ne démarre pas : {reason}. Le journal {log} dit pourquoi."


def _keep(data_dir: Path, bin_dir: Path, durability: configuration.Durability) -> None:
    lock = keeper_lock(paths.control_dir(data_dir), data_dir.stat())
    while not lock.try_alone():
        # Shared for a moment by clients that look whether there is a keeper; alone, only by another keeper.
        if not lock.try_share():
            return
        lock.release()
        time.sleep(0.01)
    state.clear(data_dir)
    try:
        Keeper(data_dir, bin_dir, durability).run()
    except EmbeddedError as problem:
        _fail(data_dir, problem.message)
    except subprocess.CalledProcessError:
        _fail(data_dir, _why(data_dir))  # initdb or the first SQL: their own words say more than an exit code
    except OSError as problem:
        _fail(data_dir, f"PostgreSQL ne démarre pas : {problem}.")
    else:
        state.clear(data_dir)


def _fail(data_dir: Path, message: str) -> None:
    _say(f"failed: {message}")
    state.write(data_dir, Status("failed", message=message))


def main() -> None:
    """Detach from the client that started us, then keep."""
    if os.fork():
        # The client waits for this process, and so has no child to reap later.
        os._exit(0)
    data_dir, bin_dir, durability = sys.argv[1:4]
    _keep(Path(data_dir), Path(bin_dir), cast("configuration.Durability", durability))


if __name__ == "__main__":
    main()
