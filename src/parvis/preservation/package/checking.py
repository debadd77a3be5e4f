"""Verify a package from its bytes alone: the bag, the transfer, the signature, each act, the numbering, the root.

Nothing of the database is believed but the root and the statement expected. Every anomaly is named, never an exception.
"""

import json
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from lxml import etree

from parvis.core.tlog.merkle import Builder
from parvis.preservation import entries, numbering, statement
from parvis.preservation.entries import Content
from parvis.preservation.enums import EntryKind
from parvis.preservation.package import bagit
from parvis.preservation.package.bagit import Files, ZipFiles
from parvis.preservation.package.making import ENTRIES, LEAVES, MANIFEST, SIGNATURE, STATEMENT, page_name
from parvis.preservation.statement import Statement

MOST_NAMED = 1000
_LEAF = 32
_LONGEST_LINE = 4 * 1024 * 1024
Judge = Callable[[bytes, bytes], str]
"""Given a signature and what it signs, say why it does not hold; nothing when it does."""


@dataclass(frozen=True, slots=True)
class Anomaly:
    """Something wrong: a code, the act (empty for the whole register), a detail for people."""

    code: str
    act: str = ""
    detail: str = ""


@dataclass(slots=True)
class Result:
    """What a verification found. ``wrong`` counts all anomalies, the first thousand are named."""

    acts: int = 0
    others: int = 0
    pages: int = 0
    wrong: int = 0
    anomalies: list[Anomaly] = field(default_factory=list)

    def add(self, code: str, act: str = "", detail: str = "") -> None:
        """Note an anomaly."""
        self.wrong += 1
        if len(self.anomalies) < MOST_NAMED:
            self.anomalies.append(Anomaly(code, act, detail))


def check_package(path: Path, *, expected: str, judge: Judge) -> Result:
    """Verify a package against the statement expected."""
    result = Result()
    try:
        with zipfile.ZipFile(path) as archive:
            _check(ZipFiles(archive), expected, judge, result)
    except (zipfile.BadZipFile, OSError, EOFError, RuntimeError, NotImplementedError) as error:
        result.add("package_unreadable", detail=type(error).__name__)
    return result


def _check(files: Files, expected: str, judge: Judge, result: Result) -> None:
    digests, faults = bagit.check(files)
    for fault in faults:
        result.add(fault.code, detail=fault.name)
    needed = [f"data/{name}" for name in (STATEMENT, SIGNATURE, ENTRIES, MANIFEST)]
    missing = [name for name in needed if name not in digests]
    for name in missing:
        result.add("file_missing", detail=name)
    if missing:
        return
    text = bagit.read(files, f"data/{STATEMENT}")
    if text != expected.encode():
        result.add("statement_differs")
        return
    if why := judge(bagit.read(files, f"data/{SIGNATURE}"), text):
        result.add("signature_invalid", detail=why)
    _check_manifest(files, digests, result)
    _check_entries(files, digests, statement.read(expected), result)


def _check_manifest(files: Files, digests: dict[str, str], result: Result) -> None:
    """Every file that the transfer names is there with that digest; every page is named."""
    named: set[str] = set()
    uri = digest = ""
    try:
        with files.open(f"data/{MANIFEST}") as source:
            for _event, node in etree.iterparse(source, resolve_entities=False, no_network=True, load_dtd=False):
                name = etree.QName(node).localname
                if name == "Uri":
                    uri = f"data/{node.text}"
                elif name == "MessageDigest":
                    digest = node.text or ""
                elif name == "BinaryDataObject":
                    named.add(uri)
                    if digests.get(uri) != digest:
                        result.add("manifest_differs", detail=uri)
                    node.clear()
    except etree.XMLSyntaxError:
        result.add("manifest_unreadable")
        return
    for name in sorted(digests):
        if name.startswith("data/content/pages/") and name not in named:
            result.add("manifest_differs", detail=name)


@dataclass(slots=True)
class _Walk:
    """The entries met one after the other: the tree, the last leaf of each act, the numbers."""

    said: Statement
    digests: dict[str, str]
    result: Result
    tree: Builder = field(default_factory=Builder)
    heads: dict[tuple[int, str], tuple[int, bytes]] = field(default_factory=dict)
    numbers: list[tuple[int, str]] = field(default_factory=list)
    before: set[bytes] = field(default_factory=set)

    def take(self, text: str, salt: bytes) -> None:
        """Check one entry and add it to the tree."""
        leaf = entries.leaf(text, salt)
        position = self.tree.size
        self.tree.append(leaf)
        if position % 65536 == 0:
            self.tree.changed()
        try:
            content = entries.read(text)
        except ValueError:
            self.result.add("entry_unreadable", detail=str(position))
            return
        self._check(content, position)
        self.heads[content.number, content.suffix] = (content.version, leaf)

    def _check(self, content: Content, position: int) -> None:
        add, act = self.result.add, content.name
        if content.register != self.said.register or content.position != position:
            add("entry_misplaced", act, str(position))
        if content.kind == EntryKind.ACT:
            self.result.acts += 1
            self.numbers.append((content.number, content.suffix))
        else:
            self.result.others += 1
            self._check_previous(content)
        for page in content.pages:
            self.result.pages += 1
            found = self.digests.get(f"data/{page_name(page)}")
            if found != page.sha256.hex():
                add("page_missing" if found is None else "page_altered", act, page.sha256.hex()[:16])

    def _check_previous(self, content: Content) -> None:
        """A mention names the entry before it; that one may be in the deposit that this one completes."""
        head = self.heads.get((content.number, content.suffix))
        if head is not None and head != (content.version - 1, content.previous):
            self.result.add("mention_misplaced", content.name)
        elif head is None and content.previous not in self.before:
            self.result.add("mention_without_act", content.name)


def _check_entries(files: Files, digests: dict[str, str], said: Statement, result: Result) -> None:
    walk = _Walk(said, digests, result)
    if said.before_size:
        _check_before(files, walk)
    for text, salt in _lines(files, result):
        walk.take(text, salt)
    if walk.tree.size != said.size:
        result.add("entries_missing", detail=f"{walk.tree.size} / {said.size}")
    if walk.tree.root() != said.root:
        result.add("root_differs", detail=walk.tree.root().hex()[:16])
    if not said.before_size:
        for gap in numbering.gaps(walk.numbers, explained=said.explained):
            number = str(gap.first) if gap.first == gap.last else f"{gap.first} à {gap.last}"
            result.add(f"number_{gap.wrong}", f"{number} {gap.suffix}".strip())
        if result.acts != said.acts:
            result.add("acts_differ", detail=f"{result.acts} / {said.acts}")


def _check_before(files: Files, walk: _Walk) -> None:
    """What was deposited before leads to the root then accepted: the new tree extends that one."""
    try:
        data = bagit.read(files, f"data/{LEAVES}")
    except (KeyError, OSError):
        data = b""
    for start in range(0, len(data), _LEAF):
        walk.tree.append(data[start : start + _LEAF])
        walk.before.add(data[start : start + _LEAF])
    if walk.tree.size != walk.said.before_size or walk.tree.root() != walk.said.before:
        walk.result.add("before_differs")


def _lines(files: Files, result: Result) -> Iterator[tuple[str, bytes]]:
    with files.open(f"data/{ENTRIES}") as source:
        place = 0
        while line := source.readline(_LONGEST_LINE):
            try:
                found = json.loads(line)
                yield str(found["content"]), bytes.fromhex(found["salt"])
            except (ValueError, KeyError, TypeError):
                result.add("entry_unreadable", detail=str(place))
            place += 1
