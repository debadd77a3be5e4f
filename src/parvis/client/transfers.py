"""Documents up and down, of any size: never whole in memory, gone on with after a cut, checked at the end."""

import base64
import hashlib
import os
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

from parvis.client.errors import ClientError, ConflictError, DigestError, UnavailableError
from parvis.client.transport import BROKEN, Transport, unreachable

if TYPE_CHECKING:
    from requests import Response

CHUNK = 64 * 1024
IN_ONE_GO = 8 * 1024 * 1024
PIECE = 8 * 1024 * 1024
MOST_STALLED = 6
PARTIAL, OUT_OF_RANGE = 206, 416
RECEIVED_ALREADY = "attachment_not_awaited"


def upload(transport: Transport, attachment: UUID, file: Path) -> None:
    """Send an announced document: in one request up to 8 MB, in pieces above. A cut resumes where it stopped."""
    digest = base64.b64encode(_hashed(file)).decode()
    size = file.stat().st_size
    if size <= IN_ONE_GO:
        _tolerant(transport, attachment, file.read_bytes(), {"Digest": digest}, "PUT")
        return
    with file.open("rb") as source:
        offset = stalled = 0
        received = False
        while not received:
            source.seek(offset)
            headers = {"Upload-Offset": str(offset), "Digest": digest}
            # At the end and yet not received: an empty piece asks the hub to check the whole again.
            kept, received = _piece(transport, attachment, source.read(PIECE), headers, size)
            stalled = 0 if kept > offset else stalled + 1
            if stalled == MOST_STALLED:
                raise UnavailableError(0, "stalled", "Le document n’avance plus : réessayez plus tard.")
            if stalled and not received:
                transport.rest(stalled)
            offset = kept


def _piece(transport: Transport, attachment: UUID, data: bytes, headers: dict[str, str], size: int) -> tuple[int, bool]:
    """Send a piece. Return how much the hub has, and whether it has checked and received the whole.

    When that is in doubt, ask it: bytes that are all there may still be waiting for their check.
    """
    path = _path(attachment)
    try:
        answer = transport.once("PATCH", path, headers, data=data)
        kept = int(answer.headers["Upload-Offset"])
    except (UnavailableError, ConflictError) as failure:
        if failure.code == RECEIVED_ALREADY:
            return size, True
        try:
            return int(transport.call("HEAD", path).headers["Upload-Offset"]), False
        except ConflictError:  # no longer awaited: the last piece had come, its answer was lost
            return size, True
    return kept, kept == size


def _tolerant(transport: Transport, attachment: UUID, data: bytes, headers: dict[str, str], method: str) -> None:
    """Send once or more; "received already" after a cut is the answer that was lost."""
    tried = False

    def send() -> None:
        nonlocal tried
        again, tried = tried, True
        try:
            transport.once(method, _path(attachment), headers, data=data)
        except ConflictError as failure:
            if not again or failure.code != RECEIVED_ALREADY:
                raise

    transport.retried(send)


def download(transport: Transport, attachment: UUID, into: Path) -> str:
    """Write a document to a file, whole or not at all, durably. Return its SHA-256 in hexadecimal.

    The bytes go to ``<name>.part`` first. A part that a former try left is gone on with by Range, in this process or
    in another; the digest of the whole is checked, and a part that turns out wrong is thrown away and fetched again.
    """
    part = into.with_name(into.name + ".part")
    for last in (False, True):
        announced = transport.retried(lambda: _continued(transport, attachment, part))
        found = _hashed(part)
        if base64.b64encode(found).decode() == announced:
            part.replace(into)
            sync_directory(into.parent)
            return found.hex()
        part.unlink()
        if last:
            break
    raise DigestError(0, "digest_mismatch", "Les octets reçus ne sont pas ceux annoncés.")


def _continued(transport: Transport, attachment: UUID, part: Path) -> str:
    """Fetch what a part lacks, and return the digest announced for the whole."""
    have = part.stat().st_size if part.exists() else 0
    headers = {"Range": f"bytes={have}-"} if have else {}
    try:
        answer = transport.once("GET", _path(attachment), headers, stream=True)
    except ClientError as failure:
        if failure.status != OUT_OF_RANGE:
            raise
        # The part is already whole, or too long: only the whole tells.
        part.unlink()
        answer = transport.once("GET", _path(attachment), {}, stream=True)
    with answer, part.open("ab" if answer.status_code == PARTIAL else "wb") as out:
        _poured(answer, out.fileno())
        os.fsync(out.fileno())
        return str(answer.headers["Digest"])


def _poured(answer: "Response", out: int) -> None:
    try:
        for chunk in answer.iter_content(CHUNK):
            view = memoryview(chunk)
            while view:
                view = view[os.write(out, view) :]
    except BROKEN as error:
        raise unreachable(error) from error


def sync_directory(folder: Path) -> None:
    """Make the names in a folder survive a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _hashed(file: Path) -> bytes:
    with file.open("rb") as source:
        return hashlib.file_digest(source, "sha256").digest()


def _path(attachment: UUID) -> str:
    return f"/api/v1/attachments/{attachment}/content"
