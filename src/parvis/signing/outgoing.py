"""A kept file on its way to a browser."""

from collections.abc import Iterator
from dataclasses import dataclass

from parvis.documents import queries as documents
from parvis.documents.queries import FileFacts


@dataclass(frozen=True, slots=True)
class StoredDocument:
    """What `core.http.file_response` needs."""

    name: str
    facts: FileFacts

    @property
    def mime(self) -> str:
        """Its format."""
        return self.facts.mime

    @property
    def size(self) -> int:
        """Its size in bytes."""
        return self.facts.size

    @property
    def digest(self) -> str:
        """Its SHA-256 in base 64."""
        return self.facts.digest

    @property
    def chunks(self) -> Iterator[bytes]:
        """Its bytes."""
        return documents.content(self.facts.id)
