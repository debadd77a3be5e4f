"""Keep contents for ever, each once."""

import hashlib
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from django.db import connection

from parvis.core.clock import now
from parvis.preservation.models import StoredObject
from parvis.preservation.store import sealing, sites

_CHUNK = 1024 * 1024
_INSERT = """
INSERT INTO preservation_storedobject (address, sha256, size, sealed_size, mime, created_at)
SELECT *, %s FROM unnest(%s::bytea[], %s::bytea[], %s::bigint[], %s::bigint[], %s::text[]) ON CONFLICT DO NOTHING
"""


@dataclass(frozen=True, slots=True)
class _Row:
    address: bytes
    sha256: bytes
    size: int
    sealed_size: int
    mime: str


def keep_contents(*, contents: Mapping[bytes, tuple[bytes, str]]) -> None:
    """Keep contents (bytes and format by SHA-256), each once: bytes first, durably, then rows.

    A crash between the two leaves an object that no row names: it harms nothing, and the same content sent again
    makes another one.
    """
    known = {
        bytes(one) for one in StoredObject.objects.filter(sha256__in=list(contents)).values_list("sha256", flat=True)
    }
    objects: dict[bytes, bytes] = {}
    rows = []
    for sha256, (data, mime) in contents.items():
        if sha256 not in known:
            sealed = sealing.seal(data)
            address = hashlib.sha256(sealed).digest()
            objects[address] = sealed
            rows.append(_Row(address, sha256, len(data), len(sealed), mime))
    sites.primary().put(objects)
    _insert(rows)


def keep_content(*, data: bytes, mime: str) -> bytes:
    """Keep one content and return its SHA-256."""
    sha256 = hashlib.sha256(data).digest()
    keep_contents(contents={sha256: (data, mime)})
    return sha256


def keep_file(*, path: Path, mime: str) -> bytes:
    """Keep a large file, streamed, and return the SHA-256 of its content."""
    digest = hashlib.sha256()
    with path.open("rb") as source:
        while chunk := source.read(_CHUNK):
            digest.update(chunk)
    if not StoredObject.objects.filter(sha256=digest.digest()).exists():
        with path.open("rb") as source, tempfile.TemporaryFile(dir=path.parent) as sealed:
            sealing.seal_stream(source, sealed)
            size = sealed.tell()
            sealed.seek(0)
            address = sites.primary().put_stream(sealed)
        _insert([_Row(address, digest.digest(), path.stat().st_size, size, mime)])
    return digest.digest()


def _insert(rows: list[_Row]) -> None:
    if not rows:
        return
    columns = [[getattr(row, name) for row in rows] for name in _Row.__slots__]
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, [now(), *columns])
