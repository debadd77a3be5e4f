"""Supervision and second thoughts over HTTP, for software."""

from uuid import UUID

from django.http import HttpRequest
from ninja import Router, Schema, Status

from parvis.core.actor import Actor
from parvis.exchange import commands

router = Router(tags=["supervision"])


class UndoneOut(Schema):
    """A decision taken back: the event that says so, and the state the case is in again."""

    id: UUID
    status: str


def actor_of(request: HttpRequest) -> Actor:
    """Return the machine that the token names (set by the API's authentication)."""
    actor: Actor = request.auth  # type: ignore[attr-defined]
    return actor


@router.post("/cases/{case_id}/undo", response={201: UndoneOut}, summary="Take the last decision back")
def undo_state(request: HttpRequest, case_id: UUID) -> Status[UndoneOut]:
    """Return the case to the state before this side's last decision: in its window, and while nobody has taken it."""
    actor = actor_of(request)
    event = commands.undo_state(case_id=case_id, actor=actor)
    case, _ = commands.read_case(case_id=case_id, actor=actor)
    return Status(201, UndoneOut(id=event, status=case.status))
