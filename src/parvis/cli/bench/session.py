"""What the frame gives a bench: how much to do, and someone to tell."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Session:
    """One run of one bench, on its own installation in ``data_dir``."""

    data_dir: Path
    quick: bool
    rounds: int
    progress: Progress
    task: TaskID

    def size(self, full: int, quick: int) -> int:
        """Return how many of something to do."""
        return quick if self.quick else full

    def tell(self, words: str) -> None:
        """Say what is being done now."""
        self.progress.update(self.task, description=words, completed=0, total=None)

    def in_turns(self, words: str, sides: Mapping[str, Callable[[], T]]) -> dict[str, list[T]]:
        """Run every side once to warm up, then once a round, and return what each gave, round by round.

        The order changes from one round to the next: what slows the machine down falls on every side alike.
        """
        self.progress.update(self.task, description=words, completed=0, total=(self.rounds + 1) * len(sides))
        names = list(sides)
        found: dict[str, list[T]] = {name: [] for name in names}
        for turn in range(self.rounds + 1):
            for name in names if turn % 2 else reversed(names):
                measured = sides[name]()
                if turn:  # the first is the warm-up
                    found[name].append(measured)
                self.progress.advance(self.task)
        return found


@contextmanager
def opened(data_dir: Path, *, quick: bool, rounds: int) -> Iterator[Session]:
    """Open a session that shows its progress on the error stream: the output is for results."""
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("", total=None)
        yield Session(data_dir, quick, rounds, progress, task)
