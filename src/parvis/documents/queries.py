"""Reads of the documents context."""

import base64
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from uuid import UUID

from parvis.documents import antivirus, store
from parvis.documents.models import StoredFile


@dataclass(frozen=True, slots=True)
class FileFacts:
    """What is known of a kept file without opening it."""

    id: UUID
    sha256: bytes
    size: int
    mime: str

    @property
    def digest(self) -> str:
        """SHA-256 in base 64 without prefix: the form of HubEE's ``digest`` header."""
        return base64.b64encode(self.sha256).decode()


def antivirus_answers() -> bool | None:
    """Tell whether the antivirus answers; None when none is configured."""
    return antivirus.answers()


def facts(file_id: UUID) -> FileFacts | None:
    """Return what is known of a file, or None."""
    return facts_of([file_id]).get(file_id)


def facts_of(file_ids: Iterable[UUID]) -> dict[UUID, FileFacts]:
    """Return what is known of several files. One query."""
    rows = StoredFile.objects.filter(id__in=list(file_ids)).values_list("id", "sha256", "size", "mime")
    return {row[0]: FileFacts(row[0], bytes(row[1]), row[2], row[3]) for row in rows}


def is_there(file_id: UUID) -> bool:
    """Tell whether the bytes of a kept file are in the store."""
    return store.path_of(file_id).is_file()


def content(file_id: UUID) -> Iterator[bytes]:
    """Yield a file's bytes. The caller has decided and journaled that this reader may have them."""
    return store.read(file_id)
