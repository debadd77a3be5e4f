"""Copy objects from the site that remains, each checked by its name and by its content before it is kept again."""

import hashlib
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from parvis.core.clock import now
from parvis.preservation import formats
from parvis.preservation.chain import Line
from parvis.preservation.commands.writing import NewRow
from parvis.preservation.restoring.reading import ReadLink
from parvis.preservation.restoring.report import RegisterReport
from parvis.preservation.store import sealing
from parvis.preservation.store.folder import FolderSite
from parvis.preservation.store.site import DamagedError, MissingError

_BYTES_AT_ONCE = 32 * 1024 * 1024
_KNOWN = "SELECT address FROM preservation_storedobject WHERE address = ANY(%s)"
_KEEP = """
INSERT INTO preservation_storedobject (address, sha256, size, sealed_size, mime, created_at, replicated_at)
SELECT *, %s, %s FROM unnest(%s::bytea[], %s::bytea[], %s::bigint[], %s::bigint[], %s::text[]) ON CONFLICT DO NOTHING
"""


@dataclass(frozen=True, slots=True)
class ToCopy:
    """An object that a chain names: where it is, and what its content must be."""

    address: bytes
    sha256: bytes
    size: int
    sealed_size: int
    mime: str


def named(rows: Sequence[tuple[NewRow, Line]], told: dict[str, Any] | None) -> Iterator[ToCopy]:
    """Yield the objects that entries or a deposit name."""
    for row, line in rows:
        for page, (address, sealed_size) in zip(row.content.pages, line.objects, strict=True):
            yield ToCopy(address, page.sha256, page.size, sealed_size, page.mime)
    for address, sha256, size, sealed_size, mime in (told or {"objects": {}})["objects"].values():
        yield ToCopy(bytes.fromhex(address), bytes.fromhex(sha256), size, sealed_size, mime)


def own(link: ReadLink) -> ToCopy:
    """Return the link itself."""
    return ToCopy(link.address, hashlib.sha256(link.clear).digest(), len(link.clear), len(link.sealed), formats.JSON)


@dataclass(frozen=True, slots=True)
class Copying:
    """From where to where, and whom to tell."""

    source: FolderSite
    target: FolderSite
    report: RegisterReport


def copy(one: Copying, objects: Sequence[ToCopy]) -> None:
    """Copy objects that are not here yet, each checked by its name and by its content."""
    with connection.cursor() as cursor:
        cursor.execute(_KNOWN, [[each.address for each in objects]])
        known = {bytes(address) for (address,) in cursor.fetchall()}
    wanted = {each.address: each for each in objects if each.address not in known}
    good: list[ToCopy] = []
    batch: dict[bytes, bytes] = {}
    weight = 0
    for each in wanted.values():
        sealed = _checked(one, each)
        if sealed is not None:
            good.append(each)
            batch[each.address] = sealed
            weight += len(sealed)
        if weight > _BYTES_AT_ONCE:
            one.target.put(batch)
            batch, weight = {}, 0
    one.target.put(batch)
    _keep(good)
    one.report.objects += len(good)
    one.report.octets += sum(each.sealed_size for each in good)


def _checked(one: Copying, each: ToCopy) -> bytes | None:
    """The sealed bytes of an object whose name and content are right; for a large one, put already: no bytes."""
    try:
        if each.sealed_size > _BYTES_AT_ONCE:
            return _stream(one, each)
        sealed = one.source.read(each.address)
        right = hashlib.sha256(sealed).digest() == each.address
        right = right and hashlib.sha256(sealing.unseal(sealed)).digest() == each.sha256
    except MissingError:
        one.report.add("object_missing", each.address.hex())
        return None
    except DamagedError:
        right = False
    if not right:
        one.report.add("object_damaged", each.address.hex())
        return None
    return sealed


class _Digest(io.RawIOBase):
    """A stream that keeps nothing of what is written but its SHA-256."""

    def __init__(self) -> None:
        self.sha256 = hashlib.sha256()

    def writable(self) -> bool:
        """It is."""
        return True

    def write(self, data: Any) -> int:
        """Digest a piece."""
        self.sha256.update(data)
        return len(data)


def _stream(one: Copying, each: ToCopy) -> bytes | None:
    digest = _Digest()
    with one.source.open(each.address) as source:
        sealing.unseal_stream(source, digest)  # type: ignore[arg-type]
    if digest.sha256.digest() != each.sha256:
        raise DamagedError(each.sha256.hex())
    if not one.target.has(each.address):
        with one.source.open(each.address) as source:
            one.target.heal(each.address, source)
    return b""


def _keep(objects: Sequence[ToCopy]) -> None:
    columns = [[getattr(each, name) for each in objects] for name in ToCopy.__slots__]
    with connection.cursor() as cursor:
        cursor.execute(_KEEP, [now(), now(), *columns])
