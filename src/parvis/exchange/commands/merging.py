"""Communes that merge: the new one takes over what the former received."""

from django.db import transaction

from parvis.access import queries as access
from parvis.access.enums import Action
from parvis.core.actor import Actor
from parvis.core.clock import now
from parvis.core.errors import AbsentError
from parvis.directory import queries as directory
from parvis.exchange.models import Case, Event, Notification
from parvis.ledger import commands as ledger


def migrate_cases(*, source: tuple[str, str], target: tuple[str, str], actor: Actor) -> int:
    """Give a merged commune's cases, events and notifications to the new one. Return how many cases moved.

    Organisations are (SIRET, branch). A folder that already has a case for the target keeps both where they are.
    """
    found = [directory.organisation_for(*pair) for pair in (source, target)]
    if found[0] is None or found[1] is None:
        raise AbsentError("unknown_organisation", "Une des deux organisations n’existe pas.")
    old, new = found[0].id, found[1].id
    for organisation in (old, new):
        access.require(actor, Action.MEMBERS_MANAGE, organisation=organisation, process="*")
    with transaction.atomic(durable=True):
        taken = Case.objects.filter(recipient_id=new).values("folder_id")
        moved = list(Case.objects.filter(recipient_id=old).exclude(folder_id__in=taken).values_list("id", flat=True))
        Notification.objects.filter(case_id__in=moved, recipient_id=old).update(recipient_id=new)
        Notification.objects.filter(case_id__in=moved, transmitter_id=old).update(transmitter_id=new)
        Event.objects.filter(case_id__in=moved, transmitter_id=old).update(transmitter_id=new)
        Case.objects.filter(id__in=moved).update(recipient_id=new, unit=None, updated_at=now())
        ledger.record(
            actor=actor,
            action="cases.migrated",
            subject=f"organisation:{new}",
            details={"from": str(old), "cases": len(moved)},
        )
    return len(moved)
