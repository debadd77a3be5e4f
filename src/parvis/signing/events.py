"""What the contexts above are told. One event a document."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class ItemSigned:
    """A document went through its whole circuit. ``result`` is the signed file, or the signature when detached."""

    item: UUID
    source: str
    reference: str
    result: UUID


@dataclass(frozen=True, slots=True)
class ItemEnded:
    """A document will not be signed: refused, returned for correction or withdrawn. ``reason`` is for its sender."""

    item: UUID
    source: str
    reference: str
    state: str
    reason: str
