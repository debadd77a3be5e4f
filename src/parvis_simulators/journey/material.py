"""What the people of the demo bring: made-up identities, small genuine files."""

import secrets
import struct
import zlib
from datetime import date

FIRST_NAMES = ("Camille", "Inès", "Maëlle", "Yasmine", "Élise", "Sacha", "Louna", "Anaïs")
LAST_NAMES = ("Martin", "Le Goff", "Benali", "Moreau", "Nguyen", "Rousseau", "Da Silva", "Lefèvre")


def person() -> tuple[str, str, date]:
    """Return a first name, a last name and the birth date of someone who turned 16 three weeks ago."""
    today = date.today()  # noqa: DTZ011 - a birth date has no time zone
    born = date.fromordinal(today.toordinal() - 21)
    born = born.replace(year=born.year - 16, day=min(born.day, 28))
    return secrets.choice(FIRST_NAMES), secrets.choice(LAST_NAMES), born


def pdf(words: str) -> bytes:
    """Return a one-page PDF that shows these words (Latin-1)."""
    text = words.encode("latin-1", "replace").replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")
    stream = b"BT /F1 18 Tf 60 760 Td (" + text + b") Tj ET"
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(stream), stream),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>",
    ]
    out, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj%sendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    start = len(out)
    head = b"xref\n0 6\n0000000000 65535 f \n"
    return out + head + table + b"trailer<</Size 6/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % start


def png(width: int = 320, height: int = 200) -> bytes:
    """Return a plain picture."""
    rows = b"".join(b"\x00" + bytes((90, 120, 170)) * width for _ in range(height))
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    chunks = (
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in parts
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)
