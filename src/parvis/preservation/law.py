"""When a register may be shown to all, and how long it is kept. Pure; articles of the Code du patrimoine.

Read in the specification (L213-2, I, 4° and 5°; L213-1): registers of births and marriages open to all 75 years after
they are closed; those of deaths at once. That 25 years after someone's death may come sooner is for an archivist to
check, act by act. Registers are kept for ever: there is no date after which one may be destroyed.
"""

from dataclasses import dataclass
from datetime import date

from parvis.preservation.enums import RegisterKind

_SEVENTY_FIVE = 75
ARCHIVES_AFTER = 75
"""Years after which a register may leave for the departmental archives (Code du patrimoine, L212-11 and following)."""


@dataclass(frozen=True, slots=True)
class Communicability:
    """From when all may consult a register (None: now), and by which article."""

    since: date | None
    article: str

    def open_on(self, day: date) -> bool:
        """Tell whether all may consult it on a day."""
        return self.since is None or day >= self.since


def communicability(kind: str, year: int) -> Communicability:
    """Return from when a register closed at the end of ``year`` is communicable to all."""
    if kind == RegisterKind.DEATH:
        return Communicability(None, "L213-1")
    return Communicability(date(year + _SEVENTY_FIVE + 1, 1, 1), "L213-2, I, 4°")


def archives_from(year: int) -> date:
    """Return the first day on which the register of a year may be handed to the departmental archives."""
    return date(year + ARCHIVES_AFTER + 1, 1, 1)
