"""Refusals worth remembering: rights refused and files or messages that were not what they said."""

from django.http import HttpRequest

from parvis.core.actor import Actor
from parvis.core.errors import DomainError, RefusedError
from parvis.ledger import commands as ledger

# Refusals by the commands that received a file are journaled there, with the subject they know.
WORTH_IT = frozenset({"xml_forbidden", "xml_too_deep", "xml_too_large", "duplicate_external_id"})


def journal(actor: Actor, request: HttpRequest, error: DomainError) -> None:
    """Write a refusal down in a transaction of its own, when it matters to who reads the journal later."""
    if isinstance(error, RefusedError) or error.code in WORTH_IT:
        ledger.record_refusal(
            actor=actor,
            action="request.refused",
            subject=f"path:{request.path[:200]}",
            details={"code": error.code, "method": request.method},
        )
