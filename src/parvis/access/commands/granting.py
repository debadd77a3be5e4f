"""Give rights, approve them, give them again, take them back."""

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from parvis.access import conditions
from parvis.access.commands import authority, chains, locking
from parvis.access.commands.authority import Authority, Holder, Wanted
from parvis.access.enums import ADMINISTRATIVE, EVERY_PROCESS, SENSITIVE, Action, PrincipalKind
from parvis.access.models import LONGEST, Grant, SensitiveRight
from parvis.access.queries import separation
from parvis.access.queries.listing import every_grant
from parvis.core.actor import SYSTEM, Actor
from parvis.core.clock import now
from parvis.core.errors import AbsentError, ConflictError, DomainError
from parvis.ledger import commands as ledger

USUAL = timedelta(days=365)


def grant(
    *,
    to: Actor,
    organisation: UUID,
    actions: Collection[Action],
    process: str = EVERY_PROCESS,
    valid_to: datetime | None = None,
    actor: Actor,
) -> UUID:
    """Give rights on a whole organisation to a person or a program; see `give`."""
    if to.id is None or to.kind not in PrincipalKind.values:
        raise DomainError("unknown_principal", "Choisissez la personne ou le logiciel qui recevra ce droit.")
    wanted = Wanted(organisation, frozenset(actions), process, valid_to=valid_to)
    return give(to=Holder(PrincipalKind(to.kind), to.id), wanted=wanted, actor=actor)


def give(*, to: Holder, wanted: Wanted, actor: Actor) -> UUID:
    """Give rights, and return the grant: pending when a second administrator must approve it.

    The giver holds them (or administers the organisation), and nobody gives rights to themselves. People get a year
    at most; a program given one by the platform keeps it as long as its key.
    """
    _check(to, wanted)
    with transaction.atomic():
        locking.lock(wanted.organisation)
        right = authority.to_give(actor, wanted)
        people = authority.people_reached(to, wanted.organisation)
        authority.refuse_self(actor, people | ({to.id} if to.reference == actor.reference else set()), "self_grant")
        refuse_joined(people, wanted.organisation, wanted)
        row = _row(to, wanted, right, actor)
        row.pending = actor != SYSTEM and is_sensitive(wanted.actions, wanted.organisation, wanted.process)
        row.save(force_insert=True)
        chains.settle_ends([row.id])
        ledger.record(
            actor=actor,
            action="grant.proposed" if row.pending else "grant.given",
            subject=f"grant:{row.id}",
            grants=right.grants,
            details={
                "to": to.reference,
                "organisation": str(wanted.organisation),
                "process": wanted.process,
                "actions": row.actions,
                "unit": wanted.unit,
                "reason": wanted.reason,
            },
        )
    return row.id


def _check(to: Holder, wanted: Wanted) -> None:
    if not wanted.actions:
        raise DomainError("no_action", "Choisissez au moins un droit à donner.", field="actions")
    conditions.read(wanted.condition)
    if to.kind == PrincipalKind.UNIT and is_sensitive(wanted.actions, wanted.organisation, wanted.process):
        raise DomainError(
            "sensitive_needs_a_name", "Ce droit est sensible : donnez-le à une personne, et non à tout un service."
        )
    if to.kind == PrincipalKind.CLIENT and any(wanted.minima):
        raise DomainError("program_has_no_session", "Un logiciel se prouve par sa clé : ne lui demandez rien d’autre.")
    if Action.PLATFORM_ADMINISTER in wanted.actions and wanted.unit:
        raise DomainError("no_part_of_the_platform", "La plateforme s’administre en entier, sans périmètre.")
    end = wanted.valid_to
    if end and end <= now():
        raise DomainError("already_over", "Cette date est passée. Choisissez un jour à venir.", field="valid_to")
    if end and to.kind != PrincipalKind.CLIENT and end > now() + LONGEST:
        raise DomainError(
            "too_long", "Un droit se donne pour douze mois au plus. Choisissez une date plus proche.", field="valid_to"
        )


def _row(to: Holder, wanted: Wanted, right: Authority, actor: Actor) -> Grant:
    end = wanted.valid_to
    if end is None and not (to.kind == PrincipalKind.CLIENT and actor == SYSTEM):
        end = min(filter(None, (now() + USUAL, right.ends_at)))
    identity, authentication, link = wanted.minima
    return Grant(
        principal_kind=to.kind,
        principal_id=to.id,
        organisation_id=wanted.organisation,
        unit_id=wanted.unit,
        process_code=wanted.process,
        actions=sorted(wanted.actions),
        condition=dict(wanted.condition),
        min_identity=identity,
        min_authn=authentication,
        min_org=link,
        depth=wanted.depth,
        parent_id=right.parent,
        valid_to=end,
        reason=wanted.reason.strip(),
        granted_by=actor.reference,
    )


def is_sensitive(actions: Collection[str], organisation: UUID, process: str) -> bool:
    """Tell whether these rights need a second administrator. One query at most."""
    if SENSITIVE.intersection(actions):
        return True
    here = Q(organisation=None) | Q(organisation=organisation)
    on_process = Q() if process == EVERY_PROCESS else Q(process_code__in={process, EVERY_PROCESS})
    return SensitiveRight.objects.filter(here, on_process, action__in=list(actions)).exists()


def refuse_joined(people: Collection[UUID], organisation: UUID, wanted: Wanted | None = None) -> None:
    """Refuse what joins in one person two rights that must stay apart there: those held, and those wanted."""
    if not separation.keeps_people_apart(organisation):
        return
    process = wanted.process if wanted else EVERY_PROCESS
    for person in people:
        held: set[str] = set(wanted.actions if wanted else ())
        for row in every_grant(Actor("account", person, assurance=(3, 3, 2))):
            met = EVERY_PROCESS in (row.process, process) or row.process == process
            held.update(row.actions if met and row.organisation == organisation else ())
        pair = separation.joined(held, organisation, process)
        if pair:
            raise ConflictError(
                "separated_rights",
                "Votre organisme sépare ces deux droits : « %(first)s » et « %(second)s »."
                " Donnez celui-ci à une autre personne.",
                params={"first": Action(pair[0]).label, "second": Action(pair[1]).label},
            )


def approve(*, grant_id: UUID, actor: Actor) -> None:
    """Open a pending grant: a second administrator, who could give it, and is neither its giver nor its holder."""
    with transaction.atomic():
        row = locked(grant_id)
        if not row.pending or row.revoked_at:
            raise ConflictError("not_pending", "Ce droit n’attend pas d’accord.")
        if actor.reference == row.granted_by:
            raise DomainError(
                "same_pair_of_eyes", "Vous avez donné ce droit : c’est à un autre administrateur de l’approuver."
            )
        authority.refuse_self(actor, authority.people_reached(holder_of(row), row.organisation_id))
        right = authority.to_give(actor, _wanted(row))
        row.pending, row.approved_by, row.approved_at = False, actor.reference, now()
        row.save(update_fields=("pending", "approved_by", "approved_at"))
        ledger.record(actor=actor, action="grant.approved", subject=f"grant:{row.id}", grants=right.grants)


def renew(*, grant_id: UUID, valid_to: datetime | None = None, actor: Actor) -> None:
    """Give a right again, from now to a day within a year (a year by default): what a review confirms."""
    end = valid_to or now() + USUAL
    with transaction.atomic():
        row = locked(grant_id)
        if row.revoked_at:
            raise ConflictError("revoked", "Ce droit a été retiré. Donnez-le à nouveau si nécessaire.")
        wanted = _wanted(row, end)
        _check(holder_of(row), wanted)
        authority.refuse_self(actor, authority.people_reached(holder_of(row), row.organisation_id))
        right = authority.to_give(actor, wanted)
        row.valid_from, row.valid_to, row.suspended_at = now(), end, None
        row.reviewed_at, row.reviewed_by = now(), actor.reference
        row.save(update_fields=("valid_from", "valid_to", "suspended_at", "reviewed_at", "reviewed_by"))
        chains.settle_ends([row.id])
        ledger.record(
            actor=actor,
            action="grant.renewed",
            subject=f"grant:{row.id}",
            grants=right.grants,
            details={"until": end.isoformat()},
        )


def revoke(*, grant_id: UUID, actor: Actor) -> None:
    """Take rights back, at once, with all that was cut from them. Revoking twice changes nothing."""
    row = Grant.objects.filter(id=grant_id).first()
    if row is None:
        raise AbsentError("unknown_grant", "Ce droit n’existe pas ou n’existe plus.")
    with locking.keeping_an_administrator(row.organisation_id):
        right = _may_take_back(row, actor)
        revoke_together([row], actor, right)


def _may_take_back(row: Grant, actor: Actor) -> tuple[UUID, ...]:
    """Return the giver's grants: whoever gave it, or whoever administers there, save over oneself and one's betters."""
    people = authority.people_held(holder_of(row), row.organisation_id)
    authority.refuse_self(actor, people)
    right: tuple[UUID, ...] = ()
    if actor.reference != row.granted_by:
        right = authority.to_administer(actor, row.organisation_id, unit=row.unit_id, process=row.process_code)
    if ADMINISTRATIVE.intersection(row.actions):
        authority.refuse_over_peers(actor, people, row.organisation_id)
    return right


def revoke_together(rows: Collection[Grant], actor: Actor, right: Collection[UUID] = ()) -> None:
    """Revoke grants with all that hangs from them, and write each in the journal. Within the caller's transaction."""
    revoked = chains.revoke([row.id for row in rows], at=now(), by=actor.reference)
    ledger.record_many(
        ledger.NewEntry(actor=actor, action="grant.revoked", subject=f"grant:{one}", grants=tuple(right))
        for one in revoked
    )


def locked(grant_id: UUID) -> Grant:
    """Return a grant, locked with its organisation until the transaction ends. Raise AbsentError."""
    organisation = Grant.objects.filter(id=grant_id).values_list("organisation_id", flat=True).first()
    if organisation is None:
        raise AbsentError("unknown_grant", "Ce droit n’existe pas ou n’existe plus.")
    locking.lock(organisation)
    return Grant.objects.select_for_update().get(id=grant_id)


def holder_of(row: Grant) -> Holder:
    """Return who holds a grant."""
    return Holder(PrincipalKind(row.principal_kind), row.principal_id)


def _wanted(row: Grant, valid_to: datetime | None = None) -> Wanted:
    return Wanted(
        row.organisation_id,
        frozenset(Action(one) for one in row.actions),
        row.process_code,
        row.unit_id,
        row.condition,
        (row.min_identity, row.min_authn, row.min_org),
        row.depth,
        valid_to or row.valid_to,
        row.reason,
    )
