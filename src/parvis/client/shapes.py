"""What the hub gives and takes, as plain dataclasses. A field that a newer hub adds is ignored."""

import mimetypes
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Organisation:
    """An organisation: its SIRET, and its branch (a commune's INSEE code)."""

    siret: str
    branch: str = "00000"

    def plain(self) -> dict[str, str]:
        """Return it as the API takes it."""
        return {"siret": self.siret, "branch": self.branch}


@dataclass(frozen=True, slots=True)
class Attachment:
    """A document that can be downloaded. ``size`` is in bytes."""

    id: UUID
    type: str
    name: str
    size: int
    mime: str

    @classmethod
    def of(cls, raw: dict[str, Any]) -> "Attachment":
        """Read one from the API."""
        return cls(UUID(raw["id"]), raw["type"], raw["name"], raw["size"], raw["mime"])


@dataclass(frozen=True, slots=True)
class Case:
    """A case, as its recipient sees it. ``raw`` is the whole answer, to keep as it came."""

    id: UUID
    external_id: str
    process: str
    status: str
    recipient: Organisation
    updated_at: datetime
    attachments: tuple[Attachment, ...]
    raw: dict[str, Any]

    @classmethod
    def of(cls, raw: dict[str, Any]) -> "Case":
        """Read one from the API."""
        return cls(
            UUID(raw["id"]),
            raw["external_id"],
            raw["process"],
            raw["status"],
            Organisation(**raw["recipient"]),
            datetime.fromisoformat(raw["updated_at"]),
            tuple(Attachment.of(one) for one in raw["attachments"]),
            raw,
        )


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened on a case. ``by`` is ``recipient`` or ``depositor``."""

    id: UUID
    type: str
    by: str
    message: str
    new_status: str
    created_at: datetime
    attachments: tuple[Attachment, ...]
    raw: dict[str, Any]

    @classmethod
    def of(cls, raw: dict[str, Any]) -> "Event":
        """Read one from the API."""
        return cls(
            UUID(raw["id"]),
            raw["type"],
            raw["by"],
            raw["message"],
            raw["new_status"],
            datetime.fromisoformat(raw["created_at"]),
            tuple(Attachment.of(one) for one in raw["attachments"]),
            raw,
        )


@dataclass(frozen=True, slots=True)
class Notification:
    """Something new: a case (no event) or an event on a case."""

    id: UUID
    case: UUID
    event: UUID | None
    process: str

    @classmethod
    def of(cls, raw: dict[str, Any]) -> "Notification":
        """Read one from the API."""
        return cls(UUID(raw["id"]), UUID(raw["case"]), UUID(raw["event"]) if raw["event"] else None, raw["process"])


@dataclass(frozen=True, slots=True)
class Folder:
    """A deposit, as its depositor follows it: ``cases`` maps each case to its state."""

    id: UUID
    external_id: str
    process: str
    status: str
    cases: dict[UUID, str]

    @classmethod
    def of(cls, raw: dict[str, Any]) -> "Folder":
        """Read one from the API."""
        cases = {UUID(one["id"]): str(one["status"]) for one in raw["cases"]}
        return cls(UUID(raw["id"]), raw["external_id"], raw["process"], raw["status"], cases)


@dataclass(frozen=True, slots=True)
class NewDeposit:
    """A folder to deposit. ``files`` are (type, path) pairs."""

    process: str
    external_id: str
    depositor: Organisation
    recipients: Sequence[Organisation]
    first_name: str
    last_name: str
    email: str = ""
    fields: Mapping[str, str | int | float | bool | None] = field(default_factory=dict)
    files: Sequence[tuple[str, Path]] = ()

    def plain(self) -> dict[str, Any]:
        """Write it as the API reads it."""
        return {
            "process": self.process,
            "external_id": self.external_id,
            "depositor": self.depositor.plain(),
            "applicant": {"first_name": self.first_name, "last_name": self.last_name, "email": self.email},
            "recipients": [one.plain() for one in self.recipients],
            "fields": dict(self.fields),
            "attachments": [_announced(kind, path) for kind, path in self.files],
        }


def _announced(kind: str, path: Path) -> dict[str, Any]:
    mime = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    return {"type": kind, "name": path.name, "size": path.stat().st_size, "mime": mime}


@dataclass(frozen=True, slots=True)
class Defect:
    """One reason why a deposit was refused."""

    code: str
    message: str
    where: str = ""


@dataclass(frozen=True, slots=True)
class Deposited:
    """A deposit taken: ids in the order of the request."""

    id: UUID
    status: str
    cases: tuple[UUID, ...]
    attachments: tuple[UUID, ...]

    @classmethod
    def of(cls, raw: dict[str, Any]) -> "Deposited":
        """Read one from the API."""
        return cls(UUID(raw["id"]), raw["status"], tuple(map(UUID, raw["cases"])), tuple(map(UUID, raw["attachments"])))


@dataclass(frozen=True, slots=True)
class Right:
    """What this credential may do for one organisation, on one process (``*``: on all)."""

    organisation: Organisation
    name: str
    process: str
    actions: tuple[str, ...]

    @classmethod
    def of(cls, raw: dict[str, Any]) -> "Right":
        """Read one from the API."""
        return cls(Organisation(**raw["organisation"]), raw["name"], raw["process"], tuple(raw["actions"]))


@dataclass(frozen=True, slots=True)
class Document:
    """A document to join to an answer, 10 MB at most."""

    name: str
    content: bytes
    type: str = "autre"
