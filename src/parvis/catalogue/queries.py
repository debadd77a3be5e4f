"""Reads of the catalogue context."""

from dataclasses import dataclass, fields
from typing import Any

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
    messages_with_status: bool
    status_before_file_deletion: str
    days_before_file_deletion: int
    days_before_archiving: int
    days_before_folder_deletion: int
    validation: str


def process(code: str) -> ProcessFacts | None:
    """Return an active process, or None. One query."""
    row = Process.objects.filter(code=code, is_active=True).first()
    if row is None:
        return None
    values = {field.name: getattr(row, field.name) for field in fields(ProcessFacts)}
    plain: dict[str, Any] = {name: tuple(v) if isinstance(v, list) else v for name, v in values.items()}
    return ProcessFacts(**plain)


def process_names() -> dict[str, str]:
    """Return the name of every process by its code."""
    return dict(Process.objects.values_list("code", "name"))


def open_services() -> "QuerySet[OnlineService]":
    """Return the online services that a citizen may start, by name."""
    return OnlineService.objects.filter(is_open=True).select_related("process")


def service(code: str) -> OnlineService | None:
    """Return an open online service, or None."""
    return open_services().filter(code=code).first()


def processes() -> "QuerySet[Process]":
    """Return every process, active or not, by code."""
    return Process.objects.order_by("code")
