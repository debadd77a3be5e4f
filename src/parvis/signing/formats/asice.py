"""ASiC-E containers (ETSI EN 319 162-1): several files under one signature or one timestamp, in a zip.

A manifest names each file with its digest; the signature (CAdES) or the timestamp covers the manifest. Reading is
strict: a zip bomb, two entries of one name or a path that climbs is refused before anything is looked at.
"""

import hashlib
import zipfile
import zlib
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO

from lxml import etree

from parvis.core import xml

MIMETYPE = "application/vnd.etsi.asic-e+zip"
ASIC = "{http://uri.etsi.org/02918/v1.2.1#}"
DS = "{http://www.w3.org/2000/09/xmldsig#}"
SHA256 = "http://www.w3.org/2001/04/xmlenc#sha256"
MANIFEST = "META-INF/ASiCManifest{number:03}.xml"
SIGNATURE = "META-INF/signature{number:03}.p7s"
TIMESTAMP = "META-INF/timestamp{number:03}.tst"
_TYPES = {SIGNATURE: "application/pkcs7-signature", TIMESTAMP: "application/vnd.etsi.timestamp-token"}
MOST_ENTRIES = 2_000
MOST_BYTES = 512 * 1024 * 1024
MOST_RATIO = 200
_EPOCH = (1980, 1, 1, 0, 0, 0)


class BadContainerError(Exception):
    """This zip is not a container that may be read. The message says why."""


def manifest(files: Mapping[str, bytes], *, seal: str, number: int = 1) -> bytes:
    """Return the manifest of these files. ``seal`` is SIGNATURE or TIMESTAMP: what will cover it.

    Raise ValueError when a name may not stand in a container.
    """
    root = etree.Element(f"{ASIC}ASiCManifest", nsmap={"asic": ASIC[1:-1], "ds": DS[1:-1]})
    etree.SubElement(root, f"{ASIC}SigReference", URI=seal.format(number=number), MimeType=_TYPES[seal])
    for name, content in files.items():
        if not is_plain(name):
            message = f"{name!r}: not a name for a container"
            raise ValueError(message)
        entry = etree.SubElement(root, f"{ASIC}DataObjectReference", URI=name)
        etree.SubElement(entry, f"{DS}DigestMethod", Algorithm=SHA256)
        etree.SubElement(entry, f"{DS}DigestValue").text = b64encode(hashlib.sha256(content).digest()).decode()
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True)


def pack(files: Mapping[str, bytes], listed: bytes, sealed: bytes, *, seal: str, number: int = 1) -> bytes:
    """Return the container: files, manifest, and the signature or timestamp that covers it. Same bytes every time."""
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        _write(archive, "mimetype", MIMETYPE.encode(), stored=True)
        for name, content in files.items():
            _write(archive, name, content)
        _write(archive, MANIFEST.format(number=number), listed)
        _write(archive, seal.format(number=number), sealed)
    return out.getvalue()


def _write(archive: zipfile.ZipFile, name: str, content: bytes, *, stored: bool = False) -> None:
    entry = zipfile.ZipInfo(name, _EPOCH)
    entry.external_attr = 0o644 << 16
    entry.compress_type = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
    archive.writestr(entry, content)


def is_plain(name: str) -> bool:
    """Whether a file's name may stand in a container: relative, climbing nowhere, outside META-INF."""
    parts = name.split("/")
    return (
        bool(name)
        and name.isprintable()
        and "\\" not in name
        and all(part not in {"", ".", ".."} for part in parts)
        and parts[0] not in {"META-INF", "mimetype"}
    )


@dataclass(frozen=True, slots=True)
class Container:
    """What a container holds: its data files, and what META-INF says."""

    files: dict[str, bytes]
    meta: dict[str, bytes]


@dataclass(frozen=True, slots=True)
class Listed:
    """A manifest: what covers it, and the digests it gives."""

    seal: str
    digests: dict[str, tuple[str, str]]


def unpack(data: bytes) -> Container:
    """Read a container. Raise BadContainerError."""
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            return _unpacked(archive)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, ValueError, OSError, zlib.error) as error:
        raise BadContainerError(str(error)) from error


def _unpacked(archive: zipfile.ZipFile) -> Container:
    entries = archive.infolist()
    names = [entry.filename for entry in entries]
    size, packed = sum(entry.file_size for entry in entries), sum(entry.compress_size for entry in entries)
    if len(entries) > MOST_ENTRIES or size > MOST_BYTES or size > MOST_RATIO * max(packed, 1024):
        raise BadContainerError("a zip bomb, or too large")
    if len(set(names)) != len(names):
        raise BadContainerError("two entries of the same name")
    if not entries or names[0] != "mimetype" or archive.read(entries[0]) != MIMETYPE.encode():
        raise BadContainerError("not an ASiC-E container")
    files: dict[str, bytes] = {}
    meta: dict[str, bytes] = {}
    for entry in entries[1:]:
        if entry.is_dir():
            continue
        if not entry.filename.startswith("META-INF/") and not is_plain(entry.filename):
            raise BadContainerError("a name that may not stand in a container")
        content = archive.read(entry)
        (meta if entry.filename.startswith("META-INF/") else files)[entry.filename] = content
    return Container(files, meta)


def read_manifest(content: bytes) -> Listed:
    """Read a manifest. Raise BadContainerError."""
    root = xml.parse(content)
    seals = root.findall(f"{ASIC}SigReference")
    if root.tag != f"{ASIC}ASiCManifest" or len(seals) != 1:
        raise BadContainerError("not a manifest")
    digests: dict[str, tuple[str, str]] = {}
    for entry in root.findall(f"{ASIC}DataObjectReference"):
        name = entry.get("URI", "")
        method = entry.find(f"{DS}DigestMethod")
        if name in digests or method is None:
            raise BadContainerError("a file named twice, or without its digest")
        digests[name] = (method.get("Algorithm", ""), entry.findtext(f"{DS}DigestValue") or "")
    return Listed(seals[0].get("URI", ""), digests)
