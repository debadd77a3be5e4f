"""A stream on its way in: hashed, measured and cut off while it is read, so that it is read once."""

import hashlib
from collections.abc import Iterable

from parvis.core.errors import Size
from parvis.documents import rules
from parvis.documents.rules import FileRefusedError


class Intake:
    """Reads chunks of any size as a file. ``failure`` keeps what stopped it: the encryption library hides it."""

    def __init__(self, chunks: Iterable[bytes], max_bytes: int) -> None:
        self._chunks = iter(chunks)
        self._max_bytes = max_bytes
        self._rest = b""
        self.digest = hashlib.sha256()
        self.size = 0
        self.head = self.tail = b""
        self.failure: BaseException | None = None

    def read(self, size: int = -1) -> bytes:
        """Return at most ``size`` bytes, none at the end. Raise FileRefusedError past the limit."""
        try:
            if not self._rest:
                self._rest = self._next()
        except BaseException as error:
            self.failure = error
            raise
        if size < 0:
            taken, self._rest = self._rest, b""
        else:
            taken, self._rest = self._rest[:size], self._rest[size:]
        return taken

    def _next(self) -> bytes:
        for chunk in self._chunks:
            if not chunk:
                continue
            self.size += len(chunk)
            if self.size > self._max_bytes:  # stop reading now: the rest of a 10 GB file is not worth a byte
                raise _too_large(self._max_bytes)
            self.digest.update(chunk)
            if len(self.head) < rules.HEAD_BYTES:
                self.head = (self.head + chunk)[: rules.HEAD_BYTES]
            self.tail = (self.tail + chunk)[-rules.TAIL_BYTES :]
            return chunk
        return b""


def _too_large(limit: int) -> FileRefusedError:
    return FileRefusedError(
        "file_too_large",
        "Ce fichier dépasse la taille maximale de %(limit)s. Réduisez sa taille ou numérisez-le avec une résolution "
        "plus faible.",
        params={"limit": Size(limit)},
    )
