"""Reads of the catalogue context."""

from dataclasses import dataclass

from django.db.models import QuerySet

from parvis.catalogue.models import OnlineService, Process


@dataclass(frozen=True, slots=True)
class ProcessFacts:
    """What the hub needs to know of a process to accept a folder."""

    code: str
    name: str
    legal_basis: str
    workflow: str
    attachment_types: tuple[str, ...]
    attachment_formats: tuple[str, ...]
    answer_formats: tuple[str, ...]
    max_attachment_bytes: int
    messages_allowed: bool


def process(code: str) -> ProcessFacts | None:
    """Return an active process, or None. One query."""
    row = Process.objects.filter(code=code, is_active=True).first()
    if row is None:
        return None
    return ProcessFacts(
        code=row.code,
        name=row.name,
        legal_basis=row.legal_basis,
        workflow=row.workflow,
        attachment_types=tuple(row.attachment_types),
        attachment_formats=tuple(row.attachment_formats),
        answer_formats=tuple(row.answer_formats),
        max_attachment_bytes=row.max_attachment_bytes,
        messages_allowed=row.messages_allowed,
    )


def process_names() -> dict[str, str]:
    """Return the name of every process by its code."""
    return dict(Process.objects.values_list("code", "name"))


def open_services() -> "QuerySet[OnlineService]":
    """Return the online services that a citizen may start, by name."""
    return OnlineService.objects.filter(is_open=True).select_related("process")


def service(code: str) -> OnlineService | None:
    """Return an open online service, or None."""
    return open_services().filter(code=code).first()
