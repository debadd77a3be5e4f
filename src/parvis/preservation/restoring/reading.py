"""Read a register's chain on a site, and believe nothing of it before it is checked."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from parvis.preservation import chain, entries
from parvis.preservation.chain import Head, Line
from parvis.preservation.commands.writing import NewRow
from parvis.preservation.entries import Content
from parvis.preservation.enums import EntryKind, LinkKind
from parvis.preservation.restoring.report import RegisterReport
from parvis.preservation.store import sealing
from parvis.preservation.store.folder import FolderSite
from parvis.preservation.store.site import DamagedError, MissingError


@dataclass(frozen=True, slots=True)
class ReadLink:
    """A link whose bytes, place and predecessor are right. ``sealed`` are its own bytes, to be kept again."""

    number: int
    address: bytes
    sealed: bytes
    clear: bytes
    head: Head
    values: Iterator[Any]


def links(site: FolderSite, name: str, report: RegisterReport) -> Iterator[ReadLink]:
    """Yield the links of a chain in order; stop, with a fault, at the first that does not hold."""
    before = ""
    for expected, (number, address) in enumerate(site.links(name), start=1):
        if number != expected:
            report.add("link_missing", str(expected))
            return
        try:
            sealed = _right(site, address)
            clear = sealing.unseal(sealed)
            head, values = chain.read(clear)
        except (MissingError, DamagedError, ValueError):
            report.add("link_damaged", str(number))
            return
        if head.number != number or head.previous != before or head.id.replace("-", "") != name:
            report.add("link_misplaced", str(number))
            return
        report.register = head.label
        yield ReadLink(number, address, sealed, clear, head, values)
        before = address.hex()


def _right(site: FolderSite, address: bytes) -> bytes:
    """The bytes of an object, those that its name commits to. Raise MissingError, DamagedError."""
    sealed = site.read(address)
    if hashlib.sha256(sealed).digest() != address:
        raise DamagedError(address.hex())
    return sealed


@dataclass(slots=True)
class Walk:
    """The entries met in a chain: each in its place, each after the one it names."""

    report: RegisterReport
    leaves: bytearray = field(default_factory=bytearray)
    heads: dict[tuple[int, str], bytes] = field(default_factory=dict)

    @property
    def size(self) -> int:
        """How many entries were met."""
        return len(self.leaves) // 32

    def rows(self, link: ReadLink, register: Any) -> list[tuple[NewRow, Line]]:
        """Return the rows of a link of entries, with what was told of their pages."""
        found = []
        for value in link.values:
            line = chain.line(value)
            text = line.content
            leaf = entries.leaf(text, line.salt)
            content = entries.read(text)
            self._check(content)
            self.heads[content.number, content.suffix] = leaf
            self.leaves += leaf
            found.append((NewRow(register, content, text, line.salt, leaf), line))
        if self.size != link.head.last or link.head.carries != LinkKind.ENTRIES:
            self.report.add("entries_missing", f"{self.size} / {link.head.last}")
        return found

    def _check(self, content: Content) -> None:
        if content.register != self.report.register or content.position != self.size:
            self.report.add("entry_misplaced", str(content.position))
        expected = b"" if content.kind == EntryKind.ACT else self.heads.get((content.number, content.suffix))
        if content.previous != expected:
            self.report.add("mention_misplaced", content.name)
        self.report.entries += 1
        self.report.pages += len(content.pages)
