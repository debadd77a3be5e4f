"""Say who works where, and until when."""

from datetime import date
from uuid import UUID

from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import Q

from parvis.core.actor import Actor
from parvis.core.clock import today
from parvis.core.errors import AbsentError, ConflictError, DomainError
from parvis.directory.enums import LinkStrength, MembershipState, OrganisationState
from parvis.directory.models import Membership, Organisation, Unit
from parvis.ledger import commands as ledger


def add_member(
    *,
    account: UUID,
    organisation: UUID,
    actor: Actor,
    unit: UUID | None = None,
    title: str = "",
    link: LinkStrength = LinkStrength.DECLARED,
    is_external: bool = False,
    starts_on: date | None = None,
    ends_on: date | None = None,
) -> Membership:
    """Make a person a member of an organisation, or of one of its units, from a day (today) to a last day (unknown).

    Raise AbsentError for an unknown person, organisation or unit, DomainError for dates in disorder, ConflictError
    when the organisation is closed or the person is already a member there on one of these days.
    """
    first = starts_on or today()
    if ends_on and ends_on < first:
        raise DomainError(
            "dates_in_disorder", "La fin précède le début. Corrigez l’une des deux dates.", field="ends_on"
        )
    with transaction.atomic():
        _require(account, organisation, unit)
        if _overlapping(account, organisation, unit, first, ends_on):
            message = "Cette personne est déjà membre de ce service à ces dates. Modifiez l’appartenance existante."
            raise ConflictError("already_member", message)
        membership = Membership.objects.create(
            account_id=account,
            organisation_id=organisation,
            unit_id=unit,
            title=title.strip(),
            link=link,
            is_external=is_external,
            starts_on=first,
            ends_on=ends_on,
        )
        ledger.record(
            actor=actor,
            action="directory.member_added",
            subject=f"membership:{membership.id}",
            about=account,
            details={"account": account, "organisation": organisation, "unit": unit, "from": first, "to": ends_on},
        )
    return membership


def _require(account: UUID, organisation: UUID, unit: UUID | None) -> None:
    # The lock keeps two additions of the same person from not seeing each other.
    home = Organisation.objects.select_for_update(no_key=True).filter(id=organisation).first()
    if home is None:
        raise AbsentError("organisation_unknown", "Cette organisation n’est pas dans l’annuaire.")
    if home.state != OrganisationState.ACTIVE:
        raise ConflictError("organisation_closed", "Cette organisation est fermée : elle n’accueille plus personne.")
    if unit and not Unit.objects.filter(id=unit, organisation=home).exists():
        raise AbsentError("unit_unknown", "Ce service n’existe pas dans cette organisation.", field="unit")
    if not get_user_model().objects.filter(pk=account).exists():
        raise AbsentError("account_unknown", "Cette personne n’a pas de compte : invitez-la d’abord.", field="account")


def _overlapping(account: UUID, organisation: UUID, unit: UUID | None, first: date, last: date | None) -> bool:
    place = Q(unit_id=unit) if unit else Q(unit__isnull=True)
    same = Membership.objects.filter(place, account_id=account, organisation_id=organisation)
    same = same.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=first))
    return (same.filter(starts_on__lte=last) if last else same).exists()


def end_membership(*, membership: UUID, actor: Actor, on: date | None = None) -> Membership:
    """Set the last day of a membership (today by default). A day already set can be moved as long as it is to come.

    Raise AbsentError for an unknown membership, DomainError for a day before it began, ConflictError when it is over.
    """
    last = on or today()
    with transaction.atomic():
        ended = Membership.objects.select_for_update().filter(id=membership).first()
        if ended is None:
            raise AbsentError("membership_unknown", "Cette appartenance n’existe pas.")
        if ended.ends_on and ended.ends_on < today():
            message = f"Cette appartenance a pris fin le {ended.ends_on:%d/%m/%Y} : elle ne change plus."
            raise ConflictError("membership_over", message)
        if last < ended.starts_on:
            message = f"Elle a commencé le {ended.starts_on:%d/%m/%Y} : choisissez ce jour ou un jour suivant."
            raise DomainError("dates_in_disorder", message, field="on")
        ended.ends_on = last
        ended.save(update_fields=["ends_on"])
        ledger.record(
            actor=actor,
            action="directory.membership_ended",
            subject=f"membership:{membership}",
            about=ended.account_id,
            details={"account": ended.account_id, "organisation": ended.organisation_id, "last_day": last},
        )
    return ended


def suspend_member(*, membership: UUID, actor: Actor, reason: str = "") -> None:
    """Have a membership open nothing until it is reinstated. Suspending twice changes nothing."""
    _set_state(membership, MembershipState.SUSPENDED, "directory.membership_suspended", actor, reason)


def reinstate_member(*, membership: UUID, actor: Actor, reason: str = "") -> None:
    """Lift a suspension. Lifting twice changes nothing."""
    _set_state(membership, MembershipState.ACTIVE, "directory.membership_reinstated", actor, reason)


def _set_state(membership: UUID, state: MembershipState, action: str, actor: Actor, reason: str) -> None:
    with transaction.atomic():
        row = Membership.objects.select_for_update().filter(id=membership).first()
        if row is None:
            raise AbsentError("membership_unknown", "Cette appartenance n’existe pas.")
        if row.state == state:
            return
        row.state = state
        row.save(update_fields=("state",))
        ledger.record(
            actor=actor,
            action=action,
            subject=f"membership:{membership}",
            about=row.account_id,
            details={"account": row.account_id, "organisation": row.organisation_id, "reason": reason},
        )
