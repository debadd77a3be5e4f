"""What an organisation adds to the rules: duties kept apart, rights that need four eyes."""

from typing import Any
from uuid import UUID

from django.db import transaction

from parvis.access.commands import authority
from parvis.access.enums import EVERY_PROCESS, Action, SeparationKind
from parvis.access.models import SensitiveRight, SeparationRule
from parvis.core.actor import Actor
from parvis.core.errors import DomainError
from parvis.ledger import commands as ledger


def separate(
    *,
    organisation: UUID,
    kind: SeparationKind,
    first: Action,
    second: Action,
    process: str = EVERY_PROCESS,
    apart: bool = True,
    actor: Actor,
) -> None:
    """Keep two actions apart in an organisation, or no longer (``apart`` false). Twice is once."""
    right = authority.to_administer(actor, organisation)
    if first == second:
        raise DomainError("same_action", "Choisissez deux actions différentes.", field="second")
    one, other = sorted((str(first), str(second)))
    pair: dict[str, Any] = {
        "organisation_id": organisation,
        "kind": kind,
        "first": one,
        "second": other,
        "process_code": process,
    }
    with transaction.atomic():
        if apart:
            _, changed = SeparationRule.objects.get_or_create(**pair)
        else:
            changed = bool(SeparationRule.objects.filter(**pair).delete()[0])
        if changed:
            _record(actor, "separation.set", organisation, right, {**pair, "apart": apart})


def mark_sensitive(
    *, organisation: UUID, action: Action, process: str = EVERY_PROCESS, sensitive: bool = True, actor: Actor
) -> None:
    """Have a right need a second administrator in an organisation, or no longer. Twice is once."""
    right = authority.to_administer(actor, organisation)
    row: dict[str, Any] = {"organisation_id": organisation, "action": str(action), "process_code": process}
    with transaction.atomic():
        if sensitive:
            _, changed = SensitiveRight.objects.get_or_create(**row)
        else:
            changed = bool(SensitiveRight.objects.filter(**row).delete()[0])
        if changed:
            _record(actor, "sensitive.set", organisation, right, {**row, "sensitive": sensitive})


def _record(actor: Actor, action: str, organisation: UUID, right: tuple[UUID, ...], details: dict[str, object]) -> None:
    said = {name: str(value) for name, value in details.items()}
    ledger.record(actor=actor, action=action, subject=f"organisation:{organisation}", grants=right, details=said)
