"""Writes of the access context."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import transaction

from parvis.access import queries
from parvis.access.enums import EVERY_PROCESS, Action, PrincipalKind
from parvis.access.models import Grant
from parvis.core.actor import Actor
from parvis.core.clock import now
from parvis.core.errors import AbsentError, DomainError
from parvis.ledger import commands as ledger


def grant(
    *,
    to: Actor,
    organisation: UUID,
    actions: Collection[Action],
    process: str = EVERY_PROCESS,
    valid_to: datetime | None = None,
    actor: Actor,
) -> UUID:
    """Give rights. The giver administers the organisation, and nobody gives rights to themselves."""
    decision = queries.require(actor, Action.MEMBERS_MANAGE, organisation=organisation, process=process)
    if to.id is None or to.kind not in PrincipalKind.values:
        raise DomainError("unknown_principal", "Choisissez la personne ou le logiciel qui recevra ce droit.")
    if to.reference == actor.reference:
        raise DomainError(
            "self_grant", "Vous ne pouvez pas vous donner un droit à vous-même. Demandez-le à un autre administrateur."
        )
    if not actions:
        raise DomainError("no_action", "Choisissez au moins un droit à donner.")
    with transaction.atomic():
        row = Grant(
            principal_kind=to.kind,
            principal_id=to.id,
            organisation_id=organisation,
            process_code=process,
            actions=sorted(actions),
            valid_to=valid_to,
            granted_by=actor.reference,
        )
        row.save(force_insert=True)
        ledger.record(
            actor=actor,
            action="grant.given",
            subject=f"grant:{row.id}",
            grants=decision.grants,
            details={"to": to.reference, "organisation": str(organisation), "process": process, "actions": row.actions},
        )
    return row.id


def revoke(*, grant_id: UUID, actor: Actor) -> None:
    """Take rights back, at once. Revoking twice changes nothing."""
    row = Grant.objects.filter(id=grant_id).first()
    if row is None:
        raise AbsentError("unknown_grant", "Ce droit n’existe pas ou n’existe plus.")
    decision = queries.require(actor, Action.MEMBERS_MANAGE, organisation=row.organisation_id, process=row.process_code)
    with transaction.atomic():
        if Grant.objects.filter(id=grant_id, revoked_at=None).update(revoked_at=now()):
            ledger.record(actor=actor, action="grant.revoked", subject=f"grant:{grant_id}", grants=decision.grants)
