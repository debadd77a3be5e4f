"""The directory's writes, with rights: who shapes the tree and says who works where."""

from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet

from parvis.access.commands import authority, chains, locking
from parvis.access.commands.authority import Holder
from parvis.access.commands.granting import refuse_joined, revoke_together
from parvis.access.enums import PrincipalKind
from parvis.access.models import Grant
from parvis.core.actor import Actor
from parvis.core.clock import PARIS, now, today
from parvis.core.errors import AbsentError
from parvis.directory import commands as directory
from parvis.directory import queries
from parvis.directory.enums import LinkStrength, UnitKind
from parvis.identity import queries as identity


def add_unit(*, parent: UUID, name: str, kind: UnitKind, code: str = "", actor: Actor) -> UUID:
    """Add a unit where the actor administers; see `directory.commands.add_unit`."""
    _administered(parent, actor)
    return directory.add_unit(parent=parent, name=name, kind=kind, code=code, actor=actor).id


def rename_unit(*, unit: UUID, name: str, code: str = "", actor: Actor) -> None:
    """Rename a unit where the actor administers."""
    _administered(unit, actor)
    directory.rename_unit(unit=unit, name=name, code=code, actor=actor)


def close_unit(*, unit: UUID, actor: Actor) -> None:
    """Close an empty unit, and the rights given on it or to it."""
    place = _administered(unit, actor)
    with transaction.atomic():
        locking.lock(place.organisation_id)
        directory.close_unit(unit=unit, actor=actor)
        here = Q(unit_id=unit) | Q(principal_kind=PrincipalKind.UNIT, principal_id=unit)
        revoke_together(Grant.objects.filter(here, revoked_at=None), actor)


def move_unit(*, unit: UUID, new_parent: UUID, actor: Actor) -> None:
    """Move a subtree between places that the actor administers.

    Rights cut from others that no longer lie within them end. Nobody moves the unit they work in: its rights would
    become others.
    """
    place = _administered(unit, actor)
    _administered(new_parent, actor)
    with transaction.atomic():
        locking.lock(place.organisation_id)
        reached = authority.people_held(Holder(PrincipalKind.UNIT, unit), place.organisation_id)
        authority.refuse_self(actor, reached)
        directory.move_unit(unit=unit, new_parent=new_parent, actor=actor)
        refuse_joined(reached, place.organisation_id)
        if lost := chains.astray(place.organisation_id):
            revoke_together(Grant.objects.filter(id__in=lost), actor)


def add_member(
    *,
    email: str,
    organisation: UUID,
    unit: UUID | None = None,
    title: str = "",
    link: LinkStrength = LinkStrength.MODERATED,
    is_external: bool = False,
    ends_on: date | None = None,
    actor: Actor,
) -> UUID:
    """Have someone who has an account work in an organisation; the administrator vouches for the link.

    Raise AbsentError when nobody signs in with this address.
    """
    authority.to_administer(actor, organisation, unit=unit)
    account = identity.account_by_email(email)
    if account is None or not account.is_active:
        raise AbsentError(
            "account_unknown",
            "Personne n’a de compte à cette adresse. Demandez à votre collègue de créer son compte, puis recommencez.",
            field="email",
        )
    authority.refuse_self(actor, {account.id})
    with transaction.atomic():
        made = directory.add_member(
            account=account.id,
            organisation=organisation,
            unit=unit,
            title=title,
            link=link,
            is_external=is_external,
            ends_on=ends_on,
            actor=actor,
        )
        refuse_joined({account.id}, organisation)
    return made.id


def end_membership(*, membership: UUID, on: date | None = None, actor: Actor) -> None:
    """Set someone's last day (today by default): their rights there end with it."""
    place = _member(membership, actor)
    last = on or today()
    after = _midnight_after(last)
    with locking.keeping_an_administrator(place.organisation_id, max(after, now())):
        directory.end_membership(membership=membership, on=last, actor=actor)
        others = queries.memberships_of(place.account_id, on=last + timedelta(days=1))
        leaves = not others.filter(organisation_id=place.organisation_id).exists()
        _close(_grants_of(membership, place.account_id if leaves else None, place.organisation_id), after, actor)


def suspend_member(*, membership: UUID, reason: str = "", actor: Actor) -> None:
    """Have a membership, and the rights held by it, open nothing until it is reinstated."""
    place = _member(membership, actor)
    with locking.keeping_an_administrator(place.organisation_id):
        directory.suspend_member(membership=membership, reason=reason, actor=actor)
        _grants_of(membership, place.account_id, place.organisation_id).update(suspended_at=now())


def reinstate_member(*, membership: UUID, actor: Actor) -> None:
    """Lift a suspension, and that of the rights suspended with it."""
    place = _member(membership, actor)
    with transaction.atomic():
        locking.lock(place.organisation_id)
        directory.reinstate_member(membership=membership, actor=actor)
        _grants_of(membership, place.account_id, place.organisation_id).update(suspended_at=None)


def _administered(unit: UUID, actor: Actor) -> queries.UnitPlace:
    place = queries.unit_place(unit)
    if place is None:
        raise AbsentError("unit_unknown", "Ce service n’existe pas. Choisissez-en un dans l’organigramme.")
    authority.to_administer(actor, place.organisation_id, unit=unit)
    return place


def _member(membership: UUID, actor: Actor) -> queries.MemberPlace:
    """Return where someone works, once the actor may change it: not oneself, nor someone with more power."""
    place = queries.member_place(membership)
    if place is None:
        raise AbsentError("membership_unknown", "Cette appartenance n’existe pas.")
    authority.to_administer(actor, place.organisation_id, unit=place.unit_id)
    authority.refuse_self(actor, {place.account_id})
    authority.refuse_over_peers(actor, {place.account_id}, place.organisation_id)
    return place


def _grants_of(membership: UUID, account: UUID | None, organisation: UUID) -> "QuerySet[Grant]":
    holders = Q(principal_kind=PrincipalKind.MEMBERSHIP, principal_id=membership)
    if account:
        holders |= Q(principal_kind=PrincipalKind.ACCOUNT, principal_id=account)
    return Grant.objects.filter(holders, organisation_id=organisation, revoked_at=None)


def _close(rows: "QuerySet[Grant]", at: datetime, actor: Actor) -> None:
    """End grants at a moment, sooner if they already do; revoke those that would not have begun."""
    begun = rows.filter(valid_from__lt=at).filter(Q(valid_to=None) | Q(valid_to__gt=at))
    ids = list(begun.values_list("id", flat=True))
    revoke_together(rows.filter(valid_from__gte=at), actor)
    Grant.objects.filter(id__in=ids).update(valid_to=at)
    chains.settle_ends(ids)


def _midnight_after(day: date) -> datetime:
    return datetime.combine(day + timedelta(days=1), time(), tzinfo=PARIS)
