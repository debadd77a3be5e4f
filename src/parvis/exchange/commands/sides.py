"""On which side of a case an actor stands, and what each side may say."""

from dataclasses import dataclass
from uuid import UUID

from parvis.access import queries as access
from parvis.access.enums import Action
from parvis.catalogue.enums import CaseStatus as S
from parvis.core.actor import Actor
from parvis.core.errors import AbsentError
from parvis.exchange import queries
from parvis.exchange.enums import Side
from parvis.exchange.models import Case

# Who may put a case in a state (specification hubee-v1 §1.7); ARCHIVED and HUBEE_RECEIVED are the hub's own.
SETTABLE = {
    Side.RECIPIENT: frozenset(
        {S.SENT, S.SI_RECEIVED, S.IN_PROGRESS, S.ADD_AWAITING, S.REFUSED, S.DONE, S.SI_INTG_ERROR}
    ),
    Side.DEPOSITOR: frozenset({S.CLOSED, S.HUBEE_NOTIFIED, S.HUBEE_COMPLETED}),
}


@dataclass(frozen=True, slots=True)
class Standing:
    """An actor's side on a case, the organisation it speaks for, the one it speaks to, and its grants."""

    side: Side
    organisation: UUID
    other: UUID
    grants: tuple[UUID, ...]


def locked_case(case_id: UUID) -> Case:
    """Return a case, locked until the transaction ends. Raise AbsentError."""
    case = Case.objects.select_for_update(of=("self",)).select_related("folder", "process").filter(id=case_id).first()
    if case is None:
        raise unknown_case()
    return case


def standing(case: Case, actor: Actor, *, read_only: bool = False) -> Standing:
    """Return where the actor stands. Someone on neither side gets the same answer as for an unknown case.

    ``read_only`` asks for the right to read only; otherwise the right to act.
    """
    as_recipient = Action.CASE_READ if read_only else Action.CASE_PROCESS
    decision = queries.may_as_recipient(actor, as_recipient, case)
    if decision.allowed:
        return Standing(Side.RECIPIENT, case.recipient_id, case.folder.depositor_id, decision.grants)
    as_depositor = Action.FOLDER_READ if read_only else Action.FOLDER_DEPOSIT
    decision = access.may(actor, as_depositor, organisation=case.folder.depositor_id, process=case.process_id)
    if decision.allowed:
        return Standing(Side.DEPOSITOR, case.folder.depositor_id, case.recipient_id, decision.grants)
    raise unknown_case()


def require_recipient(case: Case, actor: Actor, action: Action) -> tuple[UUID, ...]:
    """Return the grants; a case of another organisation, or service, looks exactly like one that does not exist."""
    decision = queries.may_as_recipient(actor, action, case)
    if decision.allowed:
        return decision.grants
    if queries.may_as_recipient(actor, Action.CASE_READ, case).allowed:
        access.require(actor, action, organisation=case.recipient_id, process=case.process_id, unit=case.unit_id)
    raise unknown_case()


def unknown_case() -> AbsentError:
    """The one answer for a case that does not exist and for one that is somebody else's."""
    return AbsentError("unknown_case", "Ce dossier n’existe pas, ou vous ne pouvez pas le voir.")
