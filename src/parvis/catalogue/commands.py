"""Writes of the catalogue context."""

import json
from importlib.resources import files
from typing import Any

from django.db import transaction

from parvis.catalogue.models import OnlineService, Process
from parvis.core.actor import SYSTEM, Actor
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


def _install(row: dict[str, Any]) -> None:
    services = row.pop("services", [])
    process, _ = Process.objects.update_or_create(code=row["code"], defaults=row)
    for service in services:
        OnlineService.objects.update_or_create(code=service["code"], defaults=service | {"process": process})
