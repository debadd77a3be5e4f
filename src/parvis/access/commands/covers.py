"""Absences: someone stands in for a colleague, between two days."""

from datetime import date, timedelta
from uuid import UUID

from django.db import transaction

from parvis.access.commands import authority, locking
from parvis.access.commands.granting import refuse_joined
from parvis.access.models import LONGEST, Cover
from parvis.core.actor import Actor
from parvis.core.clock import now, today
from parvis.core.errors import AbsentError, Problems
from parvis.directory import queries as directory
from parvis.ledger import commands as ledger


def cover_absence(*, absent: UUID, substitute: UUID, starts_on: date, ends_on: date, actor: Actor) -> UUID:
    """Have a membership stood in for by another of the same organisation, both days included.

    The substitute gets the absent one's rights, except those over rights. Nobody stands in by their own decision.
    """
    away, stand_in = directory.member_place(absent), directory.member_place(substitute)
    if away is None or stand_in is None or stand_in.organisation_id != away.organisation_id:
        raise AbsentError("membership_unknown", "Choisissez deux personnes de cet organisme.", field="substitute")
    right = authority.to_administer(actor, away.organisation_id, unit=away.unit_id)
    authority.refuse_self(actor, {stand_in.account_id})
    _check(away.account_id, stand_in.account_id, starts_on, ends_on)
    with transaction.atomic():
        locking.lock(away.organisation_id)
        row = Cover(
            organisation_id=away.organisation_id,
            absent_id=absent,
            substitute_id=substitute,
            starts_on=starts_on,
            ends_on=ends_on,
            granted_by=actor.reference,
        )
        row.save(force_insert=True)
        refuse_joined({stand_in.account_id}, away.organisation_id)
        ledger.record(
            actor=actor,
            action="cover.given",
            subject=f"cover:{row.id}",
            about=stand_in.account_id,
            grants=right,
            details={"absent": absent, "substitute": substitute, "from": starts_on, "to": ends_on},
        )
    return row.id


def _check(away: UUID, stand_in: UUID, starts_on: date, ends_on: date) -> None:
    problems = Problems()
    if away == stand_in:
        problems.add("same_person", "Choisissez une autre personne que celle qui s’absente.", field="substitute")
    if ends_on < starts_on:
        problems.add("dates_in_disorder", "La fin précède le début. Corrigez l’une des deux dates.", field="ends_on")
    elif ends_on < today():
        problems.add("already_over", "Cette date est passée. Choisissez un jour à venir.", field="ends_on")
    elif ends_on - starts_on > timedelta(days=LONGEST.days):
        problems.add("too_long", "Une suppléance dure douze mois au plus. Choisissez un autre jour.", field="ends_on")
    problems.refuse_if_any()


def end_cover(*, cover_id: UUID, actor: Actor) -> None:
    """End a cover at once. Ending twice changes nothing."""
    row = Cover.objects.filter(id=cover_id).select_related("absent").first()
    if row is None:
        raise AbsentError("unknown_cover", "Cette suppléance n’existe pas.")
    right = authority.to_administer(actor, row.organisation_id, unit=row.absent.unit_id)
    with transaction.atomic():
        if Cover.objects.filter(id=cover_id, revoked_at=None).update(revoked_at=now()):
            ledger.record(actor=actor, action="cover.ended", subject=f"cover:{cover_id}", grants=right)
