"""Read the official geographic code (COG) as the package ``@etalab/decoupage-administratif`` publishes it.

Two forms hold the same records: the package's ``communes.json`` (an array with one record per line) and the file
committed in ``data/``, one record per line, compressed. Both are streamed.
"""

import hashlib
import io
import lzma
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import msgspec

from parvis.directory import rules
from parvis.directory.enums import CommuneKind, FormerKind

PACKED = Path(__file__).parent / "data" / "communes.jsonl.xz"
_FORMER = {"commune-deleguee": FormerKind.DELEGATED, "commune-associee": FormerKind.ASSOCIATED}
_COMMUNE = "commune-actuelle"
_DISTRICT = "arrondissement-municipal"


class BadSourceError(ValueError):
    """The file is not a COG release; the message, in French, says where and what was expected."""


class Record(msgspec.Struct, omit_defaults=True):
    """One record of the package, with its own French field names; fields that Parvis does not use are dropped."""

    code: str
    nom: str
    type: Literal["commune-actuelle", "commune-deleguee", "commune-associee", "arrondissement-municipal"]
    departement: str
    region: str
    zone: Literal["metro", "drom", "com"]
    chefLieu: str = ""  # noqa: N815 - the source's name
    commune: str = ""
    siren: str = ""
    population: int | None = None
    codesPostaux: tuple[str, ...] = ()  # noqa: N815 - the source's name
    anciensCodes: tuple[str, ...] = ()  # noqa: N815 - the source's name


@dataclass(frozen=True, slots=True)
class FormerRow:
    """A former code or name; see `models.FormerCommune`."""

    code: str
    name: str
    kind: FormerKind
    present: str


_decoder = msgspec.json.Decoder(Record)
_encoder = msgspec.json.Encoder()


def locate(source: Path) -> Path:
    """Return the file to read: ``source`` itself, or ``communes.json`` inside the unpacked package.

    Raise BadSourceError when there is none.
    """
    candidates = [source / "data" / "communes.json", source / "communes.json"] if source.is_dir() else [source]
    for candidate in candidates:
        if candidate.is_file():
            return candidate
    message = f"{source} : fichier introuvable. Indiquez communes.json ou le dossier du paquet décompressé."
    raise BadSourceError(message)


def fingerprint(file: Path) -> str:
    """Return the SHA-256 of the file, in hexadecimal, to tell releases apart in the journal."""
    with file.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def read(file: Path) -> Iterator[Record]:
    """Yield every record in file order. Raise BadSourceError at the first line that is not one."""
    with _open(file) as lines:
        try:
            for number, line in enumerate(lines, start=1):
                bare = line.strip().rstrip(b",")
                if bare not in (b"", b"[", b"]"):
                    yield _decode(bare, file, number)
        except (lzma.LZMAError, EOFError) as error:
            message = f"{file.name} : archive illisible ou tronquée. Récupérez le fichier à nouveau."
            raise BadSourceError(message) from error


def _open(file: Path) -> io.BufferedIOBase:
    return lzma.open(file, "rb") if file.suffix == ".xz" else file.open("rb")


def _decode(line: bytes, file: Path, number: int) -> Record:
    try:
        return _decoder.decode(line)
    except msgspec.DecodeError as error:
        message = f"{file.name}, ligne {number} : ce n’est pas une commune du COG ({error})."
        raise BadSourceError(message) from error


def pack(file: Path, target: Path) -> int:
    """Write the records of ``file`` to ``target``, one per line, compressed. Return how many."""
    count = 0
    with lzma.open(target, "wb", preset=9 | lzma.PRESET_EXTREME) as out:
        for record in read(file):
            out.write(_encoder.encode(record) + b"\n")
            count += 1
    return count


def kind_of(record: Record) -> CommuneKind | None:
    """Return what the code designates today, None for a record that only tells of the past."""
    if record.type == _COMMUNE:
        return CommuneKind.COMMUNE
    return CommuneKind.ARRONDISSEMENT if record.type == _DISTRICT else None


def former_rows(record: Record) -> Iterator[FormerRow]:
    """Yield what the record says of the past: old codes of a present commune, or a delegated or associated one."""
    former = _FORMER.get(record.type)
    if former is not None:
        yield FormerRow(record.code, record.nom, former, record.chefLieu)
    for code in record.anciensCodes:
        yield FormerRow(code, "", FormerKind.MERGED, record.code)


def keys_of(record: Record) -> Iterator[tuple[str, str]]:
    """Yield (source, key) for what people type to mean a present commune; see `models.PlaceKey`."""
    yield "name", rules.normalise(record.nom)
    yield "code", record.code.lower()
    for postcode in record.codesPostaux:
        yield "postcode", postcode
