"""A step in the circuit of another organisation: the partner says who answers for it, and may leave."""

from uuid import UUID

from django.db import transaction

from parvis.access import queries as access
from parvis.access.enums import EVERY_PROCESS, Action
from parvis.core.actor import Actor
from parvis.core.errors import AbsentError, DomainError
from parvis.ledger import commands as ledger
from parvis.signing.commands.standing import ACTION_OF_STEP
from parvis.signing.enums import StepKind
from parvis.signing.models import CircuitStep


def join_circuit(*, step_id: UUID, officer: UUID, actor: Actor) -> None:
    """Say who answers for one's organisation at this step, from the next document on. The same again changes nothing.

    Raise AbsentError when the step is not asked of an organisation that the actor administers, DomainError when the
    officer has not the right that the step asks, there.
    """
    with transaction.atomic():
        step, organisation, grants = _asked(step_id, actor)
        action = ACTION_OF_STEP[StepKind(step.kind)]
        if not access.may(Actor("account", officer), action, organisation=organisation, process=EVERY_PROCESS).allowed:
            raise DomainError(
                "officer_without_right",
                "Une des personnes choisies n’a pas le droit que son étape demande. Donnez-le-lui d’abord.",
                field="officer",
            )
        if step.officer_id != officer:
            step.officer_id = officer
            step.save(update_fields=("officer",))
            _record(step, "signing.circuit_joined", actor, grants, {"officer": str(officer)})


def leave_circuit(*, step_id: UUID, actor: Actor) -> None:
    """Answer no more in this circuit: it takes no new document. Those on their way finish theirs."""
    with transaction.atomic():
        step, _organisation, grants = _asked(step_id, actor)
        if step.officer_id is not None:
            step.officer_id = None
            step.save(update_fields=("officer",))
            _record(step, "signing.circuit_left", actor, grants, {})


def _asked(step_id: UUID, actor: Actor) -> tuple[CircuitStep, UUID, tuple[UUID, ...]]:
    step = CircuitStep.objects.select_for_update(of=("self",)).filter(id=step_id, circuit__archived_at=None).first()
    if step is None or step.organisation_id is None:
        raise _unknown()
    decision = access.may(actor, Action.MEMBERS_MANAGE, organisation=step.organisation_id, process=EVERY_PROCESS)
    if not decision.allowed:
        raise _unknown()
    return step, step.organisation_id, decision.grants


def _unknown() -> AbsentError:
    return AbsentError("unknown_step", "Aucun circuit d’un autre organisme ne demande cette étape au vôtre.")


def _record(step: CircuitStep, action: str, actor: Actor, grants: tuple[UUID, ...], details: dict[str, str]) -> None:
    ledger.record(actor=actor, action=action, subject=f"circuit:{step.circuit_id}", grants=grants, details=details)
