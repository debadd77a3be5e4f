"""What every command checks first: which register, which right, and what the journal says."""

from uuid import UUID

from parvis.access import queries as access
from parvis.access.enums import EVERY_PROCESS, Action
from parvis.core.actor import Actor
from parvis.core.errors import AbsentError
from parvis.preservation.models import Register


def unknown_register() -> AbsentError:
    """One answer for what is not there and for what is not theirs."""
    return AbsentError("unknown_register", "Ce registre n’est pas parmi les vôtres.")


def locked_register(register_id: UUID) -> Register:
    """Return a register, locked until the end of the transaction. Raise AbsentError."""
    row = Register.objects.select_for_update(of=("self",)).filter(id=register_id).first()
    if row is None:
        raise unknown_register()
    return row


def require_keeper(register: Register, actor: Actor) -> tuple[UUID, ...]:
    """Return the rights by which someone deposits this register for its town hall. Raise RefusedError."""
    return access.require(
        actor, Action.REGISTER_KEEP, organisation=register.organisation_id, process=EVERY_PROCESS
    ).grants
