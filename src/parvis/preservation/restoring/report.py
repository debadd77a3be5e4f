"""What a restore did and found, for people and for programs."""

from dataclasses import asdict, dataclass, field
from typing import Any

MOST_NAMED = 200


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that does not hold: a code, and where."""

    code: str
    where: str = ""


@dataclass(slots=True)
class RegisterReport:
    """One register: what came back, which deposits' signed roots it was compared with, what does not hold."""

    register: str
    entries: int = 0
    pages: int = 0
    objects: int = 0
    octets: int = 0
    root: str = ""
    roots: int = 0
    signatures: int = 0
    proofs: int = 0
    wrong: int = 0
    faults: list[Fault] = field(default_factory=list)

    def add(self, code: str, where: str = "") -> None:
        """Note a fault: all are counted, the first ones named."""
        self.wrong += 1
        if len(self.faults) < MOST_NAMED:
            self.faults.append(Fault(code, where))


@dataclass(slots=True)
class RestoreReport:
    """All the registers of a site."""

    registers: list[RegisterReport] = field(default_factory=list)

    @property
    def wrong(self) -> int:
        """How many faults in all."""
        return sum(one.wrong for one in self.registers)

    def plain(self) -> dict[str, Any]:
        """The report as JSON holds it, with totals."""
        names = ("entries", "pages", "objects", "octets", "roots", "signatures", "proofs", "wrong")
        totals = {name: sum(getattr(one, name) for one in self.registers) for name in names}
        return totals | {"registers": [asdict(one) for one in self.registers]}
