"""Formats by their content, whether a file is whole, and what each is worth in fifty years. Pure.

A list to be reviewed each year, with what is kept in each (`queries.format_watch`). A PDF is watched: whether it is a
PDF/A is not checked here. JPEG and JPEG 2000 are watched as well: they are read everywhere, and lose detail.
"""

import struct
from dataclasses import dataclass
from typing import Literal

Standing = Literal["lasting", "watched", "refused"]
PDF, PNG, JPEG, TIFF, JP2, XML, JSON, TEXT, ZIP, CMS, OTHER = (
    "application/pdf",
    "image/png",
    "image/jpeg",
    "image/tiff",
    "image/jp2",
    "application/xml",
    "application/x-ndjson",
    "text/plain",
    "application/zip",
    "application/pkcs7-signature",
    "application/octet-stream",
)
PAGES = frozenset({PDF, PNG, JPEG, TIFF, JP2})
EXTENSIONS = {PDF: "pdf", PNG: "png", JPEG: "jpg", TIFF: "tif", JP2: "jp2"}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a format is worth, and its identifier in PRONOM, the registry of archivists."""

    standing: Standing
    pronom: str


WATCH: dict[str, Verdict] = {
    PDF: Verdict("watched", ""),
    PNG: Verdict("lasting", "fmt/11"),
    TIFF: Verdict("lasting", "fmt/353"),
    JPEG: Verdict("watched", "fmt/43"),
    JP2: Verdict("watched", "x-fmt/392"),
    XML: Verdict("lasting", "fmt/101"),
    JSON: Verdict("lasting", "fmt/817"),
    TEXT: Verdict("lasting", "x-fmt/111"),
    ZIP: Verdict("lasting", "x-fmt/263"),
    CMS: Verdict("lasting", ""),
    OTHER: Verdict("refused", ""),
}
_JP2_HEAD = b"\x00\x00\x00\x0cjP  \r\n\x87\n"
_OFFSETS, _COUNTS = {273, 324}, {279, 325}  # strips and tiles of TIFF 6.0
_TYPES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8}


def recognise(data: bytes) -> str:
    """Return the format of a page by its first bytes."""
    heads = ((b"\x89PNG\r\n\x1a\n", PNG), (b"\xff\xd8\xff", JPEG), (b"II*\x00", TIFF), (b"MM\x00*", TIFF))
    for head, mime in (*heads, (_JP2_HEAD, JP2)):
        if data.startswith(head):
            return mime
    return PDF if b"%PDF-" in data[:1024] else OTHER


def is_whole(mime: str, data: bytes) -> bool:
    """Tell whether a page ends as its format ends: a scan cut short is caught here."""
    tail = data[-2048:]
    match mime:
        case "application/pdf":
            return b"%%EOF" in tail and b"startxref" in tail
        case "image/png":
            return b"IEND\xaeB`\x82" in tail
        case "image/jpeg":
            return tail.rstrip(b"\x00").endswith(b"\xff\xd9")
        case "image/tiff":
            return _tiff_is_whole(data)
        case "image/jp2":
            return tail.rstrip(b"\x00").endswith(b"\xff\xd9")
        case _:
            return False


def _tiff_is_whole(data: bytes) -> bool:
    """Follow the directories: each, and the last strip or tile it names, is inside the file."""
    order = "<" if data[:2] == b"II" else ">"
    try:
        (place,) = struct.unpack_from(order + "I", data, 4)
        seen: set[int] = set()
        while place and place not in seen:
            seen.add(place)
            place = _directory(data, order, place)
    except struct.error:
        return False
    return bool(seen)


def _directory(data: bytes, order: str, place: int) -> int:
    """Return where the next directory is. Raise struct.error when this one runs out of the file."""
    (count,) = struct.unpack_from(order + "H", data, place)
    offsets: list[int] = []
    counts: list[int] = []
    for rank in range(count):
        tag, kind, number = struct.unpack_from(order + "HHI", data, place + 2 + 12 * rank)
        if tag in _OFFSETS | _COUNTS:
            (offsets if tag in _OFFSETS else counts).extend(_values(data, order, place + 10 + 12 * rank, kind, number))
    if any(offset + size > len(data) for offset, size in zip(offsets, counts, strict=False)):
        raise struct.error("a strip is outside")
    (following,) = struct.unpack_from(order + "I", data, place + 2 + 12 * count)
    return int(following)


def _values(data: bytes, order: str, place: int, kind: int, number: int) -> list[int]:
    size = _TYPES.get(kind, 4)
    if size not in {2, 4} or number > len(data):
        raise struct.error("not an offset")
    if size * number > 4:  # noqa: PLR2004 - longer values are elsewhere in the file
        (place,) = struct.unpack_from(order + "I", data, place)
    return list(struct.unpack_from(f"{order}{number}{'H' if size == 2 else 'I'}", data, place))  # noqa: PLR2004 - same
