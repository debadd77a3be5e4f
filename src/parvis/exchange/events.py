"""What the hub tells the contexts above it. `web.wiring` says who listens."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class FolderExpired:
    """A folder has outlived its retention, but something above still points at it."""

    folder: UUID


@dataclass(frozen=True, slots=True)
class CaseMoved:
    """A case changed state, or its recipient wrote to the applicant."""

    case: UUID
    folder: UUID
    event: UUID
    status: str
    correction: bool = False  # the recipient took its last decision back
