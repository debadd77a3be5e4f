"""Move a deposit: the state, its story and the journal, together."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from parvis.core.actor import Actor
from parvis.core.clock import now
from parvis.core.errors import AbsentError, ConflictError
from parvis.ledger import commands as ledger
from parvis.preservation.enums import DepositState
from parvis.preservation.models import Deposit, DepositMove
from parvis.preservation.workflow import Gesture, allows, leads_to

_ACTIONS = {
    Gesture.SIGN: "preservation.deposit_signed",
    Gesture.HAND_OVER: "preservation.deposited",
    Gesture.WITHDRAW: "preservation.deposit_withdrawn",
    Gesture.VERIFY: "preservation.deposit_verified",
    Gesture.ACCEPT: "preservation.deposit_accepted",
    Gesture.REPORT: "preservation.deposit_refused",
}


def locked_deposit(deposit_id: UUID) -> Deposit:
    """Return a deposit, locked until the end of the transaction. Raise AbsentError."""
    row = (
        Deposit.objects.select_for_update(of=("self",)).select_related("register", "registry").filter(id=deposit_id)
    ).first()
    if row is None:
        raise AbsentError("unknown_deposit", "Ce versement n’est pas parmi les vôtres.")
    return row


def require_state(row: Deposit, gesture: Gesture) -> None:
    """Raise ConflictError when the gesture is not possible now."""
    if not allows(gesture, row.state):
        raise ConflictError(
            "deposit_moved_on",
            "Ce versement est maintenant « %(state)s » : ce n’est plus possible. Rechargez la page.",
            params={"state": DepositState(row.state).label},
        )


def move(
    row: Deposit,
    gesture: Gesture,
    actor: Actor,
    *,
    grants: tuple[UUID, ...] = (),
    reason: str = "",
    details: Mapping[str, Any] | None = None,
) -> None:
    """Make a move that the caller has checked, in the caller's transaction."""
    require_state(row, gesture)
    row.state, row.changed_at = leads_to(gesture), now()
    row.save()
    DepositMove.objects.create(deposit=row, state=row.state, author=actor.label, reason=reason)
    ledger.record(
        actor=actor,
        action=_ACTIONS[gesture],
        subject=f"deposit:{row.id}",
        grants=grants,
        details={"reason": reason} | dict(details or {}),
    )
