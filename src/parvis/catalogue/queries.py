"""Reads of the catalogue context."""

from dataclasses import dataclass, fields
from typing import Any

from django.db.models import QuerySet

from parvis.catalogue import workflow as tables
from parvis.catalogue.enums import CaseStatus
from parvis.catalogue.messages import message_schema, message_types, signed_types
from parvis.catalogue.models import OnlineService, Process
from parvis.core import sql

__all__ = [
    "ProcessFacts",
    "may_follow",
    "message_schema",
    "message_types",
    "next_states",
    "open_services",
    "process",
    "process_names",
    "processes",
    "service",
    "signed_types",
]


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


# At every deposit: by hand, see `core.sql`.
_PROCESS = f"""
SELECT {", ".join(field.name for field in fields(ProcessFacts))}
FROM catalogue_process WHERE code = %(code)s AND is_active
"""  # noqa: S608 - names of our own


def process(code: str) -> ProcessFacts | None:
    """Return an active process, or None. One query."""
    found = sql.fetch(_PROCESS, {"code": code})
    if not found:
        return None
    values: list[Any] = [tuple(value) if isinstance(value, list) else value for value in found[0]]
    return ProcessFacts(*values)


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


def may_follow(workflow: str, present: str, wanted: str) -> bool:
    """Tell whether a case may pass from one state to another in a process's workflow."""
    return tables.may_follow(workflow, present, wanted)


def next_states(workflow: str, present: str) -> frozenset[CaseStatus]:
    """Return the states that may follow in a process's workflow."""
    return tables.next_states(workflow, present)
