"""`parvis up`: one command for a whole installation. Starts everything, mends it, and leaves nothing behind."""

import argparse
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field

from parvis.cli import children, database, migrate, serve
from parvis.core import env

_PATIENCE = 30.0
_LONGEST_PAUSE = 30.0
_HEALTHY_AFTER = 60.0


@dataclass(slots=True)
class Child:
    """One process that must always run."""

    name: str
    command: list[str]
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    failures: int = 0
    not_before: float = field(default=0.0)

    def tend(self) -> None:
        """Start it if it is not running; pause longer after each early death."""
        now = time.monotonic()
        if self.process is not None and self.process.poll() is not None:
            self.failures = 0 if now - self.started > _HEALTHY_AFTER else self.failures + 1
            pause = min(0.5 * 2 ** (self.failures - 1), _LONGEST_PAUSE) if self.failures else 0.0
            say(f"{self.name} s’est arrêté (code {self.process.returncode}), reprise dans {pause:.1f} s")
            self.process, self.not_before = None, now + pause
        if self.process is None and now >= self.not_before:
            self.process = subprocess.Popen(self.command, env=children.environment())  # noqa: S603 - ourselves
            self.started = now


class Supervisor:
    """Runs children until SIGTERM or SIGINT."""

    def __init__(self, commands: dict[str, list[str]]) -> None:
        self.children = [Child(name, command) for name, command in commands.items()]
        self.leaving = False

    def run(self) -> None:
        """Tend the children; then stop them, politely first."""
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, self._leave)
        while not self.leaving:
            for child in self.children:
                child.tend()
            time.sleep(0.2)
        self._stop()

    def _leave(self, _number: int, _frame: object) -> None:
        self.leaving = True

    def _stop(self) -> None:
        living = [child.process for child in self.children if child.process]
        for process in living:
            process.terminate()
        deadline = time.monotonic() + _PATIENCE
        for process in living:
            try:
                process.wait(max(deadline - time.monotonic(), 0.1))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `serve`, and what to leave out."""
    serve.add_arguments(parser)
    parser.add_argument("--no-worker", action="store_true", help="ne pas exécuter les tâches de fond ici")


def run(options: argparse.Namespace) -> None:
    """Prepare, then supervise."""
    database.ensure(watch=True)
    migrate.apply()
    from django.core.management import call_command  # noqa: PLC0415 - Django is ready by now

    call_command("collectstatic", interactive=False, verbosity=0)
    myself = [sys.executable, "-m", "parvis"]
    web = ["serve", "--bind", options.bind, "--workers", str(options.workers), "--threads", str(options.threads)]
    commands = {"le site": [*myself, *web]}
    if not options.no_worker:
        commands["les tâches de fond"] = [*myself, "worker"]
    if env.text("PARVIS_PKCS11_MODULE") or env.flag("PARVIS_SIGNER_FILES"):
        commands["les signatures"] = [*myself, "signer"]
    say(f"Parvis démarre sur http://{options.bind}/ (Ctrl+C pour arrêter)")
    Supervisor(commands).run()
    say("Parvis est arrêté.")


def say(text: str) -> None:
    """One line for the person who watches."""
    sys.stderr.write(text + "\n")
