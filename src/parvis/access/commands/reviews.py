"""Every quarter, each right is confirmed or taken back; what nobody uses for ninety days is suspended."""

from uuid import UUID

from django.db import transaction

from parvis.access.commands import authority, chains, locking
from parvis.access.commands.granting import holder_of, locked
from parvis.access.enums import PrincipalKind
from parvis.access.models import Grant
from parvis.access.queries import reviewing
from parvis.core.actor import Actor
from parvis.core.clock import now
from parvis.core.errors import ConflictError
from parvis.directory import commands as directory
from parvis.ledger import commands as ledger


def confirm(*, grant_id: UUID, actor: Actor) -> None:
    """Say that a right is still needed; its end does not move. Its holder does not confirm it themselves."""
    with transaction.atomic():
        row = locked(grant_id)
        if row.revoked_at:
            raise ConflictError("revoked", "Ce droit a été retiré. Donnez-le à nouveau si nécessaire.")
        right = authority.to_administer(actor, row.organisation_id, unit=row.unit_id, process=row.process_code)
        authority.refuse_self(actor, authority.people_held(holder_of(row), row.organisation_id))
        row.reviewed_at, row.reviewed_by = now(), actor.reference
        row.save(update_fields=("reviewed_at", "reviewed_by"))
        ledger.record(actor=actor, action="grant.confirmed", subject=f"grant:{row.id}", grants=right)


def suspend_dormant(*, organisation: UUID, actor: Actor) -> list[UUID]:
    """Suspend the memberships of people who have not signed in for ninety days, with their rights; return them.

    The last administrator is left alone: the organisation would be closed to everyone.
    """
    authority.to_administer(actor, organisation)
    suspended = []
    for post in reviewing.dormant(organisation):
        try:
            _suspend(organisation, post, actor)
        except ConflictError:
            continue
        suspended.append(post.id)
    return suspended


def _suspend(organisation: UUID, post: reviewing.Dormant, actor: Actor) -> None:
    with locking.keeping_an_administrator(organisation):
        directory.suspend_member(membership=post.id, reason="dormant", actor=actor)
        own = Grant.objects.filter(principal_kind=PrincipalKind.ACCOUNT, principal_id=post.account)
        own |= Grant.objects.filter(principal_kind=PrincipalKind.MEMBERSHIP, principal_id=post.id)
        ids = own.filter(organisation_id=organisation, revoked_at=None).values_list("id", flat=True)
        chains.suspend(list(ids), at=now())
