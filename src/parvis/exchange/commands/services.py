"""In a large organisation, the service that has cases in hand: by subscription, then case by case."""

from uuid import UUID

from django.db import transaction

from parvis.access.enums import Action
from parvis.catalogue.enums import SETTLED
from parvis.core.actor import Actor
from parvis.core.clock import now
from parvis.core.errors import DomainError
from parvis.directory import queries as directory
from parvis.exchange.commands.sides import locked_case, require_recipient
from parvis.exchange.commands.subscriptions import locked_subscription, require_subscriber
from parvis.exchange.models import Case
from parvis.ledger import commands as ledger


def entrust_process(*, subscription_id: UUID, unit: UUID | None, actor: Actor) -> int:
    """Say which service of the subscriber receives a process; None for the organisation as a whole.

    Cases still open follow, those that someone gave to another service by hand excepted. Return how many moved.
    """
    with transaction.atomic(durable=True):
        row = locked_subscription(subscription_id)
        require_subscriber(row, actor)
        place = _place(row.subscriber_id, unit)
        former = row.unit_id
        if place == former:
            return 0
        row.unit_id, row.updated_at = place, now()
        row.save(update_fields=("unit", "updated_at"))
        open_cases = Case.objects.filter(recipient_id=row.subscriber_id, process_id=row.process_id, unit=former)
        moved = open_cases.exclude(status__in=SETTLED).update(unit=place)
        ledger.record(
            actor=actor,
            action="subscription.entrusted",
            subject=f"subscription:{row.id}",
            details={"from": _said(former), "to": _said(place), "cases": moved},
        )
    return moved


def entrust_case(*, case_id: UUID, unit: UUID | None, actor: Actor) -> None:
    """Hand a case over to another service of its recipient; None for the organisation as a whole.

    Whoever may process it may do so, even to a service whose cases they do not see: that is what handing over is.
    """
    with transaction.atomic(durable=True):
        case = locked_case(case_id)
        grants = require_recipient(case, actor, Action.CASE_PROCESS)
        place = _place(case.recipient_id, unit)
        former, case.unit_id = case.unit_id, place
        if place == former:
            return
        case.save(update_fields=("unit",))
        ledger.record(
            actor=actor,
            action="case.entrusted",
            subject=f"case:{case.id}",
            grants=grants,
            details={"from": _said(former), "to": _said(place)},
        )


def _place(organisation: UUID, unit: UUID | None) -> UUID | None:
    """Return a present service of the organisation; its root is the organisation itself."""
    if unit is None:
        return None
    row = directory.units_of(organisation).filter(id=unit).values_list("id", "parent_id").first()
    if row is None:
        raise DomainError("unknown_unit", "Ce service n’existe pas dans cet organisme.", field="unit")
    return row[0] if row[1] else None


def _said(unit: UUID | None) -> str:
    return str(unit) if unit else ""
