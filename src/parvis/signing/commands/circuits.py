"""Circuits of an organisation, and who answers for someone absent."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from parvis.access import queries as access
from parvis.access.enums import EVERY_PROCESS, Action
from parvis.core.actor import Actor
from parvis.core.clock import now
from parvis.core.errors import AbsentError, ConflictError, DomainError, Problems
from parvis.core.text import clean
from parvis.ledger import commands as ledger
from parvis.signing.commands.standing import ACTION_OF_STEP
from parvis.signing.enums import Level, StepKind
from parvis.signing.models import Circuit, CircuitStep, Delegation

MOST_STEPS = 10
LONGEST_ABSENCE = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class NewStep:
    """One step of a new circuit. A partner's has its ``organisation`` and no officer: the partner says who answers."""

    kind: StepKind
    officer: UUID | None
    organisation: UUID | None = None


def create_circuit(
    *, organisation: UUID, name: str, steps: Sequence[NewStep], level: Level = Level.B_T, actor: Actor
) -> UUID:
    """Create a circuit. Its last step is a signature; each officer already has the right that their step asks.

    With a step of another organisation, it takes documents once that one has joined (`join_circuit`).
    """
    grants = access.require(actor, Action.MEMBERS_MANAGE, organisation=organisation, process=EVERY_PROCESS).grants
    said = clean(name)[:120]
    _check(organisation, said, steps)
    with transaction.atomic():
        if Circuit.objects.filter(organisation_id=organisation, name=said, archived_at=None).exists():
            raise ConflictError("circuit_exists", "Un circuit porte déjà ce nom.", field="name")
        partners = sorted({step.organisation for step in steps if step.organisation})
        row = Circuit.objects.create(organisation_id=organisation, name=said, level=level, partners=partners or None)
        CircuitStep.objects.bulk_create(
            CircuitStep(
                circuit=row, position=place, kind=step.kind, organisation_id=step.organisation, officer_id=step.officer
            )
            for place, step in enumerate(steps, start=1)
        )
        ledger.record(
            actor=actor,
            action="signing.circuit_created",
            subject=f"circuit:{row.id}",
            grants=grants,
            details={
                "name": said,
                "steps": [[str(step.kind), str(step.officer or step.organisation)] for step in steps],
            },
        )
    return row.id


def _check(organisation: UUID, name: str, steps: Sequence[NewStep]) -> None:
    problems = Problems()
    if not name:
        problems.add("name_missing", "Donnez un nom au circuit.", field="name")
    if not 0 < len(steps) <= MOST_STEPS:
        problems.add("bad_steps", "Un circuit a de 1 à %(most)s étapes.", field="steps", params={"most": MOST_STEPS})
    elif steps[-1].kind != StepKind.SIGNATURE:
        problems.add("last_step_signs", "La dernière étape d’un circuit est une signature.", field="steps")
    for step in steps:
        partner = step.organisation is not None and step.organisation != organisation
        if partner and step.officer is None:
            continue
        if partner or not _may_answer(step.officer, step.kind, organisation):
            problems.add(
                "officer_without_right",
                "Une des personnes choisies n’a pas le droit que son étape demande. Donnez-le-lui d’abord.",
                field="steps",
            )
            break
    problems.refuse_if_any()


def _may_answer(officer: UUID | None, kind: StepKind, organisation: UUID) -> bool:
    if officer is None:
        return False
    action = ACTION_OF_STEP[kind]
    return access.may(Actor("account", officer), action, organisation=organisation, process=EVERY_PROCESS).allowed


def archive_circuit(*, circuit_id: UUID, actor: Actor) -> None:
    """Take a circuit out of use; documents on their way finish theirs. Twice changes nothing."""
    with transaction.atomic():
        row = Circuit.objects.select_for_update().filter(id=circuit_id).first()
        if row is None:
            raise AbsentError("unknown_circuit", "Ce circuit n’existe pas ou n’est plus en service.", field="circuit")
        grants = access.require(
            actor, Action.MEMBERS_MANAGE, organisation=row.organisation_id, process=EVERY_PROCESS
        ).grants
        if row.archived_at is None:
            row.archived_at = now()
            row.save()
            ledger.record(actor=actor, action="signing.circuit_archived", subject=f"circuit:{row.id}", grants=grants)


def delegate(*, organisation: UUID, to: UUID, starts_at: datetime, ends_at: datetime, actor: Actor) -> UUID:
    """Have someone answer in one's place while away. Both may sign there; a delegate does not delegate further."""
    grants = access.require(actor, Action.ACT_SIGN, organisation=organisation, process=EVERY_PROCESS).grants
    if to == actor.person:
        raise DomainError("delegate_oneself", "Choisissez une autre personne que vous.", field="to")
    if not access.may(Actor("account", to), Action.ACT_SIGN, organisation=organisation, process=EVERY_PROCESS).allowed:
        raise DomainError(
            "delegate_without_right", "Cette personne n’a pas le droit de signer pour cet organisme.", field="to"
        )
    if not starts_at < ends_at <= starts_at + LONGEST_ABSENCE or ends_at <= now():
        raise DomainError(
            "bad_absence",
            "La fin de l’absence est après son début, dans l’année, et pas encore passée.",
            field="ends_on",
        )
    with transaction.atomic():
        row = Delegation.objects.create(
            organisation_id=organisation, officer_id=actor.person, delegate_id=to, starts_at=starts_at, ends_at=ends_at
        )
        ledger.record(
            actor=actor,
            action="signing.delegated",
            subject=f"delegation:{row.id}",
            grants=grants,
            details={"to": str(to), "from": starts_at.isoformat(), "until": ends_at.isoformat()},
        )
    return row.id


def end_delegation(*, delegation_id: UUID, actor: Actor) -> None:
    """Come back early. Twice changes nothing."""
    with transaction.atomic():
        row = Delegation.objects.select_for_update().filter(id=delegation_id, officer_id=actor.person).first()
        if row is None:
            raise AbsentError("unknown_delegation", "Cette délégation n’existe pas.")
        if row.ended_at is None:
            row.ended_at = now()
            row.save()
            ledger.record(actor=actor, action="signing.delegation_ended", subject=f"delegation:{row.id}")
