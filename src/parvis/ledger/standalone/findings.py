"""What a verification found, line by line, and the exit code that sums it up."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

PROVEN, WRONG, USAGE, UNSURE = 0, 1, 2, 3
"""Exit codes: all that was asked is proven; something is false; nothing could be read; intact, but trust is missing."""
_SIGNS = {PROVEN: "OK  ", WRONG: "FAUX", UNSURE: "?   "}


@dataclass(slots=True)
class Verdict:
    """The lines of a verification: code and sentence."""

    lines: list[tuple[int, str]] = field(default_factory=list)

    def proven(self, text: str) -> None:
        """Say what is sure."""
        self.lines.append((PROVEN, text))

    def wrong(self, text: str) -> None:
        """Say what is false."""
        self.lines.append((WRONG, text))

    def unsure(self, text: str) -> None:
        """Say what cannot be told, for want of a key or of a file."""
        self.lines.append((UNSURE, text))

    @property
    def code(self) -> int:
        """The exit code: false before unsure, unsure before proven."""
        codes = {code for code, _ in self.lines}
        return WRONG if WRONG in codes else UNSURE if UNSURE in codes or not codes else PROVEN

    def told(self) -> Iterable[str]:
        """Yield the lines, for people."""
        for code, text in self.lines:
            yield f"{_SIGNS[code]} {text}"


def day(moment: datetime) -> str:
    """Write a moment, in UTC."""
    return moment.strftime("%d/%m/%Y à %H:%M:%S UTC")
