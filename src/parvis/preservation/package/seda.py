"""The manifest of a SEDA transfer (2.1, 2.2, 2.3), written as it is told: memory stays flat whatever the register.

The elements used are the same in the three versions; only the name space differs (Standard d’échange de données pour
l’archivage, Service interministériel des Archives de France).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import TextIO
from xml.sax.saxutils import escape, quoteattr

from parvis.preservation.enums import SedaVersion

NAMESPACE = "fr:gouv:culture:archivesdefrance:seda:v"


@dataclass(frozen=True, slots=True)
class Item:
    """A file of the transfer; ``uri`` is relative to the manifest."""

    uri: str
    sha256: str
    size: int
    mime: str
    pronom: str
    name: str


@dataclass(frozen=True, slots=True)
class Transfer:
    """What is transferred, by whom to whom. ``rule`` is the article that says when it opens."""

    identifier: str
    comment: str
    at: datetime
    keeper: tuple[str, str]
    agency: tuple[str, str]
    title: str
    start: date
    end: date
    rule: str


class ManifestWriter:
    """Collect files and units in two streams, then write the whole manifest."""

    def __init__(self, objects: TextIO, units: TextIO) -> None:
        self._objects, self._units = objects, units
        self._count = 0

    def add(self, title: str, *, dated: date | None, level: str = "Item", items: Iterable[Item] = ()) -> None:
        """Add a unit with its files: one file is the unit's own, several are units below it."""
        listed = list(items)
        self._open(title, dated, level)
        if len(listed) == 1:
            self._refer(self._object(listed[0]))
        else:
            for place, item in enumerate(listed, start=1):
                number = self._object(item)
                self._open(f"{title}, page {place}", None, "Item")
                self._refer(number)
                self._units.write("</ArchiveUnit>")
        self._units.write("</ArchiveUnit>\n")

    def _open(self, title: str, dated: date | None, level: str) -> None:
        self._count += 1
        when = f"<CreatedDate>{dated.isoformat()}</CreatedDate>" if dated else ""
        self._units.write(
            f'<ArchiveUnit id="AU{self._count}"><Content><DescriptionLevel>{level}</DescriptionLevel>'
            f"<Title>{escape(title)}</Title>{when}</Content>"
        )

    def _refer(self, number: int) -> None:
        self._units.write(
            f"<DataObjectReference><DataObjectGroupReferenceId>OG{number}</DataObjectGroupReferenceId>"
            "</DataObjectReference>"
        )

    def _object(self, item: Item) -> int:
        self._count += 1
        number = self._count
        identified = f"<FormatId>{escape(item.pronom)}</FormatId>" if item.pronom else ""
        self._objects.write(
            f'<DataObjectGroup id="OG{number}"><BinaryDataObject id="BDO{number}">'
            f"<DataObjectVersion>BinaryMaster_1</DataObjectVersion><Uri>{escape(item.uri)}</Uri>"
            f'<MessageDigest algorithm="SHA-256">{item.sha256}</MessageDigest><Size>{item.size}</Size>'
            f"<FormatIdentification><MimeType>{escape(item.mime)}</MimeType>{identified}</FormatIdentification>"
            f"<FileInfo><Filename>{escape(item.name)}</Filename></FileInfo></BinaryDataObject></DataObjectGroup>\n"
        )
        return number

    def manifest(self, transfer: Transfer, version: SedaVersion) -> Iterator[bytes]:
        """Yield the manifest. The two streams are read again from their beginning."""
        self._objects.seek(0)
        self._units.seek(0)
        yield _head(transfer, version).encode()
        yield from _pieces(self._objects)
        yield _middle(transfer).encode()
        yield from _pieces(self._units)
        yield _foot(transfer).encode()


def _pieces(source: TextIO) -> Iterator[bytes]:
    while piece := source.read(1024 * 1024):
        yield piece.encode()


def _head(transfer: Transfer, version: SedaVersion) -> str:
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f"<ArchiveTransfer xmlns={quoteattr(NAMESPACE + version)}>\n"
        f"<Comment>{escape(transfer.comment)}</Comment><Date>{transfer.at.isoformat(timespec='seconds')}</Date>"
        f"<MessageIdentifier>{escape(transfer.identifier)}</MessageIdentifier>"
        "<ArchivalAgreement>etat-civil</ArchivalAgreement>"
        "<CodeListVersions><MessageDigestAlgorithmCodeListVersion>1</MessageDigestAlgorithmCodeListVersion>"
        "</CodeListVersions>\n<DataObjectPackage>\n"
    )


def _middle(transfer: Transfer) -> str:
    return (
        '<DescriptiveMetadata>\n<ArchiveUnit id="REGISTRE"><Content><DescriptionLevel>File</DescriptionLevel>'
        f"<Title>{escape(transfer.title)}</Title>"
        f"<StartDate>{transfer.start.isoformat()}</StartDate><EndDate>{transfer.end.isoformat()}</EndDate></Content>\n"
    )


def _foot(transfer: Transfer) -> str:
    keeper, agency = transfer.keeper, transfer.agency
    opened = f"<StartDate>{transfer.end.isoformat()}</StartDate>"
    return (
        "</ArchiveUnit>\n</DescriptiveMetadata>\n<ManagementMetadata><LegalStatus>Public Archive</LegalStatus>"
        f"<OriginatingAgencyIdentifier>{escape(keeper[0])}</OriginatingAgencyIdentifier>"
        f"<SubmissionAgencyIdentifier>{escape(keeper[0])}</SubmissionAgencyIdentifier>"
        f"<AccessRule><Rule>{escape(transfer.rule)}</Rule>{opened}</AccessRule></ManagementMetadata>\n</DataObjectPackage>\n"
        f"<ArchivalAgency><Identifier>{escape(agency[0])}</Identifier></ArchivalAgency>"
        f"<TransferringAgency><Identifier>{escape(keeper[0])}</Identifier></TransferringAgency>\n</ArchiveTransfer>\n"
    )
