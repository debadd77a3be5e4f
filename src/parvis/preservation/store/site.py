"""What a site must do, whatever holds its bytes: a folder today, an object store with object lock tomorrow.

An object is named by the SHA-256 of its *sealed* bytes: any machine that holds the files can check them with
``sha256sum``, without the key and without the database. What is inside is committed to by the acts (SHA-256 of the
clear content). An object is never written over and never removed.

An S3 bucket with object lock would hold the same names: a conditional write (``If-None-Match: *``) with
``x-amz-object-lock-mode: COMPLIANCE`` and a date of retention gives what the folder gives with ``link`` and mode 0444.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import BinaryIO, Protocol


class DamagedError(Exception):
    """The bytes under a name are not those that the name commits to."""


class MissingError(Exception):
    """No object has this name on this site."""


class Site(Protocol):
    """One place where objects are kept. Names are 32 bytes."""

    name: str

    def put(self, objects: Mapping[bytes, bytes]) -> None:
        """Keep objects durably, all or those before a crash; one already there is left as it is."""

    def put_stream(self, source: BinaryIO) -> bytes:
        """Keep the rest of a stream as one object and return its name."""

    def open(self, name: bytes) -> BinaryIO:
        """Open an object's bytes as they are. Raise MissingError."""

    def read(self, name: bytes) -> bytes:
        """Return an object's bytes as they are. Raise MissingError."""

    def has(self, name: bytes) -> bool:
        """Tell whether an object is there, without reading it."""

    def names(self, after: bytes = b"") -> Iterator[bytes]:
        """Yield the names of all objects in order, those after a name when it is given."""

    def heal(self, name: bytes, source: BinaryIO) -> None:
        """Put good bytes in the place of missing or damaged ones; the damaged file is kept aside.

        Raise DamagedError, and change nothing, when the bytes given are not the object.
        """

    def mark(self, chain: str, number: int, name: bytes) -> None:
        """Say durably that the object is the link ``number`` of a chain. Twice changes nothing."""

    def chains(self) -> Iterable[str]:
        """Return the names of the chains."""

    def links(self, chain: str) -> list[tuple[int, bytes]]:
        """Return the links of a chain in order."""
