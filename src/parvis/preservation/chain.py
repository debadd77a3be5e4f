"""The links of a register's chain as text: JSON lines, a head then what it carries. Pure.

The chain is what a restore reads when nothing else is left: no field may be needed that it does not hold.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from parvis.preservation.enums import LinkKind

FORM = 1


@dataclass(frozen=True, slots=True)
class Keeper:
    """The town hall that keeps the register."""

    siret: str
    branch: str
    name: str
    commune: str


@dataclass(frozen=True, slots=True)
class Head:
    """The first line of a link: which register, which link, after which one (address in hexadecimal)."""

    id: str
    commune_code: str
    kind: str
    year: int
    volume: int
    closed_on: str
    keeper: Keeper
    number: int
    previous: str
    carries: LinkKind
    first: int = 0
    last: int = 0

    @property
    def label(self) -> str:
        """The register's name."""
        return f"{self.commune_code}/{self.kind}/{self.year}/{self.volume}"


@dataclass(frozen=True, slots=True)
class Line:
    """An entry in a link. ``objects`` are the addresses of its pages, with sealed sizes, in their order."""

    content: str
    salt: bytes
    at: str
    objects: tuple[tuple[bytes, int], ...] = ()


def write(head: Head, lines: Iterable[Line]) -> bytes:
    """Return a link that carries entries."""
    return b"".join([_json({"form": FORM} | asdict(head)), *(_json(_plain(line)) for line in lines)])


def _plain(line: Line) -> dict[str, Any]:
    objects = [[address.hex(), size] for address, size in line.objects]
    return {"content": line.content, "salt": line.salt.hex(), "at": line.at, "objects": objects}


def write_deposit(head: Head, deposit: Mapping[str, Any]) -> bytes:
    """Return a link that carries a deposit as it is now."""
    return _json({"form": FORM} | asdict(head)) + _json(deposit)


def _json(value: Mapping[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=str).encode() + b"\n"


def read(data: bytes) -> tuple[Head, Iterator[Any]]:
    """Return the head of a link and the objects that follow, as JSON gives them. Raise ValueError."""
    first, _, rest = data.partition(b"\n")
    try:
        values = json.loads(first)
        if values.pop("form") != FORM:
            raise ValueError("a link of another form")
        values["keeper"] = Keeper(**values["keeper"])
        values["carries"] = LinkKind(values["carries"])
        head = Head(**values)
    except (KeyError, TypeError, AttributeError) as error:
        message = f"not a link: {error}"
        raise ValueError(message) from error
    return head, (json.loads(line) for line in rest.splitlines())


def line(value: Mapping[str, Any]) -> Line:
    """Read a line of entries. Raise ValueError."""
    try:
        objects = tuple((bytes.fromhex(address), int(size)) for address, size in value["objects"])
        return Line(value["content"], bytes.fromhex(value["salt"]), value["at"], objects)
    except (KeyError, TypeError, AttributeError) as error:
        message = f"not an entry: {error}"
        raise ValueError(message) from error
