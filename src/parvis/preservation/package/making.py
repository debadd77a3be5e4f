"""Make the package of a deposit: entries, pages, statement, signature, proofs, under a SEDA manifest, in a bag."""

import hashlib
import json
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from parvis.preservation import entries, formats, law
from parvis.preservation.entries import Content, Page
from parvis.preservation.enums import EntryKind, RegisterKind, SedaVersion
from parvis.preservation.models import Entry, Register
from parvis.preservation.package.bagit import BagWriter
from parvis.preservation.package.seda import Item, ManifestWriter, Transfer
from parvis.preservation.queries.objects import content_of
from parvis.preservation.queries.trees import leaves

ENTRIES, LEAVES = "content/entrees.jsonl", "content/feuilles.bin"
STATEMENT, SIGNATURE, PROOFS = "content/bordereau.txt", "content/bordereau.p7s", "content/preuves.asice"
MANIFEST = "manifest.xml"
_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Parcel:
    """What goes in a package beside the register: entries ``first`` to ``last`` - 1, and the signed statement."""

    identifier: str
    first: int
    last: int
    statement: bytes
    signature: bytes
    proofs: bytes
    keeper: tuple[str, str]
    registry: tuple[str, str]
    version: SedaVersion
    at: datetime


@dataclass(slots=True)
class _Making:
    bag: BagWriter
    manifest: ManifestWriter
    pages: set[bytes]

    def page(self, page: Page) -> Item:
        """Write a page once, and say where it is."""
        uri = page_name(page)
        if page.sha256 not in self.pages:
            self.bag.add(uri, [content_of(page.sha256)])
            self.pages.add(page.sha256)
        verdict = formats.WATCH[page.mime]
        return Item(uri, page.sha256.hex(), page.size, page.mime, verdict.pronom, uri.rpartition("/")[2])


def page_name(page: Page) -> str:
    """Return where a page is in the package."""
    return f"content/pages/{page.sha256.hex()}.{formats.EXTENSIONS.get(page.mime, 'bin')}"


def make(register: Register, parcel: Parcel, target: Path) -> None:
    """Write the package to a new file. Memory stays flat: pages one by one, entries by hundreds."""
    folder = target.parent
    with (
        zipfile.ZipFile(target, "x", zipfile.ZIP_STORED) as archive,
        tempfile.TemporaryFile("w+", dir=folder, encoding="utf-8") as objects,
        tempfile.TemporaryFile("w+", dir=folder, encoding="utf-8") as units,
        tempfile.TemporaryFile("w+b", dir=folder) as lines,
    ):
        making = _Making(BagWriter(archive, parcel.identifier), ManifestWriter(objects, units), set())
        _whole(making, register, parcel)
        for content, line in _entries(register, parcel):
            lines.write(line)
            making.manifest.add(_title(content), dated=content.dated, items=[making.page(one) for one in content.pages])
        lines.seek(0)
        making.bag.add(ENTRIES, iter(lambda: lines.read(1 << 20), b""))
        making.bag.add(MANIFEST, making.manifest.manifest(_transfer(register, parcel), parcel.version))
        making.bag.close(
            {
                "Source-Organization": parcel.keeper[1],
                "Bagging-Date": f"{parcel.at:%Y-%m-%d}",
                "External-Identifier": parcel.identifier,
                "External-Description": f"Registre {register.label}",
            }
        )


def _whole(making: _Making, register: Register, parcel: Parcel) -> None:
    """What concerns the register as a whole."""
    files = {
        STATEMENT: (parcel.statement, formats.TEXT),
        SIGNATURE: (parcel.signature, formats.CMS),
        PROOFS: (parcel.proofs, formats.ZIP),
    }
    items = []
    for name, (data, mime) in files.items():
        making.bag.add(name, [data])
        sha256 = hashlib.sha256(data).hexdigest()
        items.append(Item(name, sha256, len(data), mime, formats.WATCH[mime].pronom, name.rpartition("/")[2]))
    making.manifest.add("Bordereau signé et preuves", dated=parcel.at.date(), level="File", items=items)
    if parcel.first:
        making.bag.add(LEAVES, leaves(register.id, parcel.first))


def _entries(register: Register, parcel: Parcel) -> Iterator[tuple[Content, bytes]]:
    rows = Entry.objects.filter(register=register, position__gte=parcel.first, position__lt=parcel.last)
    for text, salt in rows.order_by("position").values_list("content", "salt").iterator(chunk_size=_AT_ONCE):
        line = json.dumps({"content": text, "salt": bytes(salt).hex()}, ensure_ascii=False)
        yield entries.read(text), line.encode() + b"\n"


def _title(content: Content) -> str:
    if content.kind == EntryKind.ACT:
        return f"Acte n° {content.name}"
    return f"{EntryKind(content.kind).label} de l’acte n° {content.name}"


def _transfer(register: Register, parcel: Parcel) -> Transfer:
    kind = str(RegisterKind(register.kind).label)
    return Transfer(
        identifier=parcel.identifier,
        comment=f"Versement du registre {register.label}",
        at=parcel.at,
        keeper=parcel.keeper,
        agency=parcel.registry,
        title=f"{kind}, {register.year}, tome {register.volume}, commune {register.commune_code}",
        start=date(register.year, 1, 1),
        end=date(register.year, 12, 31),
        rule=law.communicability(register.kind, register.year).article,
    )
