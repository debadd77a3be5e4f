"""Writes of the catalogue context."""

import json
from importlib.resources import files
from typing import Any

from django.db import transaction

from parvis.catalogue.enums import Workflow
from parvis.catalogue.models import OnlineService, Process
from parvis.core.actor import SYSTEM, Actor
from parvis.core.clock import now
from parvis.core.errors import AbsentError, ConflictError
from parvis.ledger import commands as ledger


def install_processes(*, actor: Actor = SYSTEM) -> list[str]:
    """Create or update the processes that Parvis ships, and their online services. Return the codes, idempotently."""
    shipped = json.loads(files("parvis.catalogue").joinpath("data/processes.json").read_text(encoding="utf-8"))
    codes = []
    with transaction.atomic(durable=True):
        for row in shipped:
            _install(row)
            codes.append(row["code"])
        ledger.record(actor=actor, action="catalogue.installed", subject="catalogue", details={"processes": codes})
    return codes


def save_process(*, code: str, values: dict[str, Any], actor: Actor, create: bool) -> Process:
    """Create or change a process. Raise ConflictError when it exists already, AbsentError when it does not."""
    with transaction.atomic(durable=True):
        row = Process.objects.select_for_update().filter(code=code).first()
        if create and row is not None:
            raise ConflictError(
                "process_exists", "La démarche %(code)s existe déjà.", field="code", params={"code": code}
            )
        if not create and row is None:
            raise AbsentError("unknown_process", "Cette démarche n’existe pas.")
        row = row or Process(code=code, workflow=Workflow.WITHOUT_COMPLEMENT)
        for name, value in values.items():
            setattr(row, name, value)
        row.updated_at = now()
        row.full_clean(exclude=("attachment_labels",), validate_unique=False)
        row.save(force_insert=create)
        ledger.record(actor=actor, action="process.saved", subject=f"process:{code}")
    return row


def _install(row: dict[str, Any]) -> None:
    services = row.pop("services", [])
    process, _ = Process.objects.update_or_create(code=row["code"], defaults=row)
    for service in services:
        OnlineService.objects.update_or_create(code=service["code"], defaults=service | {"process": process})
