"""What a process that uses the embedded database calls."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from parvis.core.embedded import links, paths, programs, state
from parvis.core.embedded.accounts import open_log
from parvis.core.embedded.binaries import wheel_programs
from parvis.core.embedded.configuration import Durability
from parvis.core.embedded.errors import EmbeddedError
from parvis.core.embedded.initialise import refuse_other_version
from parvis.core.embedded.locks import FileLock, keeper_lock, users_lock

Tell = Callable[[str], None]
_PACKAGE_ROOT = Path(__file__).resolve().parents[3]
_PATIENCE = 1800.0  # a recovery may be long; giving up would only make it start again
_FIRST_WORD = 3.0
_NEXT_WORD = 10.0
_WATCH_EVERY = 0.5
_STARTS = 3


@dataclass(frozen=True, slots=True)
class Cluster:
    """Where to connect."""

    data_dir: Path
    host: str
    name: str = "parvis"
    user: str = "parvis"
    port: int = paths.PORT


class _Client:
    """This process's hold on one data directory."""

    def __init__(self, data_dir: Path, durability: Durability, tell: Tell) -> None:
        self.data_dir = data_dir
        self.durability = durability
        self.tell = tell
        self.hold: FileLock | None = None
        self.watcher: threading.Thread | None = None
        self.done = threading.Event()

    def take(self, patience: float) -> None:
        """Hold the users' lock, then wait for a ready server, starting a keeper when there is none."""
        self.hold = self.hold or users_lock(paths.control_dir(self.data_dir), self.data_dir.stat())
        start = time.monotonic()
        words = _Words(start, self.tell)
        # Held alone only by a keeper about to leave: it will be gone in a moment.
        while not self.hold.try_share():
            words.say("stopping")
            _sleep(start, patience)
        started = 0
        while not self._ready():
            if not state.keeper_alive(self.data_dir):
                self._refuse_if_failed(started)
                self._start_keeper()
                started += 1
            seen = state.read(self.data_dir)
            words.say(seen.phase if seen else "starting")
            _sleep(start, patience)

    def watch(self) -> None:
        """From now on, bring a keeper back whenever it dies."""
        if self.watcher is None:
            self.watcher = threading.Thread(target=self._guard, name="parvis-database-watcher", daemon=True)
            self.watcher.start()

    def release(self) -> None:
        """Let go: the keeper may leave."""
        self.done.set()
        if self.watcher:
            self.watcher.join()
        if self.hold:
            self.hold.close()

    def _ready(self) -> bool:
        if not state.keeper_alive(self.data_dir):
            return False
        seen = state.read(self.data_dir)
        return seen is not None and seen.phase == "ready"

    def _refuse_if_failed(self, started: int) -> None:
        seen = state.read(self.data_dir)
        if started and seen and seen.phase == "failed":
            raise EmbeddedError(seen.message)
        if started >= _STARTS:
            message = (
                "Le gardien de la base de données ne démarre pas. "
                f"Le journal {paths.keeper_log(self.data_dir)} dit pourquoi."
            )
            raise EmbeddedError(message)

    def _start_keeper(self) -> None:
        control = paths.control_dir(self.data_dir)
        lock = keeper_lock(control, self.data_dir.stat())
        try:
            if not lock.try_share():
                return
            # No keeper can be alive while we share its lock: what is written is of the past.
            state.clear(self.data_dir)
        finally:
            lock.close()
        command = programs.keeper_command(str(self.data_dir), str(wheel_programs()), self.durability)
        with open_log(paths.keeper_log(self.data_dir), self.data_dir) as log:
            subprocess.run(  # noqa: S603 - our own module
                command,
                cwd="/",
                env=programs.clean_path_environment(_PACKAGE_ROOT),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                check=True,
            )
        # The keeper detaches at once; give it the time to take its lock before looking again.
        _wait_for(lambda: state.keeper_alive(self.data_dir) or state.read(self.data_dir) is not None, 1.0)

    def _guard(self) -> None:
        while not self.done.wait(_WATCH_EVERY):
            if not state.keeper_alive(self.data_dir):
                # The next look tries again; the state file and the logs keep the reason.
                with suppress(EmbeddedError, OSError, subprocess.SubprocessError):
                    self._start_keeper()


class _Words:
    """Says what is going on when it lasts."""

    _PHASES = {
        "stopping": "La base de données s’arrête avant de redémarrer",
        "initialising": "Création de la base de données",
        "starting": "La base de données démarre ou rejoue son journal après un arrêt brutal",
    }

    def __init__(self, start: float, tell: Tell) -> None:
        self.start = start
        self.tell = tell
        self.next = start + _FIRST_WORD

    def say(self, phase: str) -> None:
        now = time.monotonic()
        if now >= self.next:
            self.next = now + _NEXT_WORD
            self.tell(f"{self._PHASES.get(phase, self._PHASES['starting'])}… {now - self.start:.0f} s")


_clients: dict[Path, _Client] = {}
_clients_lock = threading.Lock()


def ensure_running(
    data_dir: Path,
    *,
    watch: bool = False,
    durability: Durability = "durable",
    tell: Tell | None = None,
    patience: float = _PATIENCE,
) -> Cluster:
    """Return a ready server, and keep it for the life of this process or until `release`.

    ``watch`` adds a thread that brings the keeper back if it is killed: for processes that live long.
    """
    with _clients_lock:
        _check_place(data_dir)
        links.ensure_short_link(data_dir)
        client = _clients.setdefault(data_dir, _Client(data_dir, durability, tell or _on_stderr))
        client.take(patience)
        if watch:
            client.watch()
    return Cluster(data_dir, str(paths.socket_dir(data_dir)))


def release(data_dir: Path) -> None:
    """Say that this process no longer uses the server. It stops a moment after its last client."""
    with _clients_lock:
        client = _clients.pop(data_dir, None)
    if client:
        client.release()


def stop(data_dir: Path, *, patience: float = 120.0) -> None:
    """Stop the server now, cleanly, and wait for its end. Clients with a watcher would start it again."""
    seen = state.read(data_dir)
    if state.keeper_alive(data_dir) and seen and seen.keeper:
        with suppress(ProcessLookupError):
            os.kill(seen.keeper, 15)
    if not _wait_for(lambda: not state.keeper_alive(data_dir), patience):
        message = f"La base de données ne s’arrête pas. Le journal {paths.server_log(data_dir)} dit pourquoi."
        raise EmbeddedError(message)


def _check_place(data_dir: Path) -> None:
    try:
        if not data_dir.is_dir():
            data_dir.mkdir(mode=0o700, parents=True)
        control = paths.control_dir(data_dir)
        owner = data_dir.stat()
        if os.getuid() not in (0, owner.st_uid):
            raise PermissionError  # noqa: TRY301 - one message for both
        control.mkdir(mode=0o700, exist_ok=True)
        if os.getuid() == 0 and control.stat().st_uid != owner.st_uid:
            os.chown(control, owner.st_uid, owner.st_gid)
        refuse_other_version(data_dir)
    except PermissionError:
        message = (
            f"Le dossier de données {data_dir} n’est pas accessible à ce compte. "
            "Lancez la commande avec le compte qui l’a créé, ou choisissez un autre dossier (--data ou PARVIS_DATA)."
        )
        raise EmbeddedError(message) from None


def _on_stderr(text: str) -> None:
    print(text, file=sys.stderr, flush=True)  # noqa: T201 - waiting needs a word, and there may be no logging yet


def _sleep(start: float, patience: float) -> None:
    if time.monotonic() - start > patience:
        message = f"La base de données n’est pas prête après {patience:.0f} s et démarre encore : réessayez plus tard."
        raise EmbeddedError(message)
    time.sleep(0.01)


def _wait_for(condition: Callable[[], bool], patience: float) -> bool:
    deadline = time.monotonic() + patience
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True
