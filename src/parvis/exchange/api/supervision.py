"""Supervision and second thoughts over HTTP, for software."""

from uuid import UUID

from django.http import HttpRequest
from ninja import Router, Schema, Status

from parvis.exchange import commands, queries
from parvis.exchange.api.callers import actor_of
from parvis.exchange.api.examples import ID, shown

router = Router(tags=["supervision"])


class UndoneOut(Schema):
    """A decision taken back: the event that says so, and the state the case is in again."""

    model_config = shown({"id": ID, "status": "SENT"})

    id: UUID
    status: str


@router.post("/cases/{case_id}/undo", response={201: UndoneOut}, summary="Take the last decision back")
def undo_state(request: HttpRequest, case_id: UUID) -> Status[UndoneOut]:
    """Return the case to the state before this side's last decision: in its window, and while nobody has taken it."""
    actor = actor_of(request)
    event = commands.undo_state(case_id=case_id, actor=actor)
    case, _ = commands.read_case(case_id=case_id, actor=actor)
    return Status(201, UndoneOut(id=event, status=case.status))


class BoardLineOut(Schema):
    """Cases of one process, organisation and state: how many of each age, and how many are late."""

    model_config = shown(
        {
            "process": "EtatCivil",
            "organisation": ID,
            "organisation_name": "Mairie de Rennes",
            "status": "SENT",
            "counts": [4, 2, 1, 0, 0],
            "late": [0, 0, 1, 0, 0],
        }
    )

    process: str
    organisation: UUID
    organisation_name: str
    status: str
    counts: list[int]
    late: list[int]


@router.get("/board", response=list[BoardLineOut], summary="Cases by state and age")
def board(request: HttpRequest, process: str = "") -> list[BoardLineOut]:
    """Return open cases this credential may read, by age in their state: under 1, 3, 7, 30 days, and beyond."""
    return [
        BoardLineOut(
            process=line.process,
            organisation=line.organisation,
            organisation_name=line.organisation_name,
            status=line.status,
            counts=list(line.counts),
            late=list(line.late),
        )
        for line in queries.board(actor_of(request), process=process[:30].replace("\x00", ""))
    ]


class ProblemOut(Schema):
    """A subscription whose cases reach nobody: ``unfetched``, ``unread`` or ``unreachable``."""

    model_config = shown(
        {"kind": "unfetched", "subscription": ID, "organisation": ID, "process": "EtatCivil", "waiting": 12}
    )

    kind: str
    subscription: UUID
    organisation: UUID
    process: str
    waiting: int


@router.get("/subscriptions/problems", response=list[ProblemOut], summary="Subscriptions that reach nobody")
def problems(request: HttpRequest) -> list[ProblemOut]:
    """Return what is wrong now with the subscriptions this credential may see."""
    return [
        ProblemOut(
            kind=one.kind,
            subscription=one.subscription.id,
            organisation=one.organisation,
            process=one.process,
            waiting=one.count,
        )
        for one in queries.problems(actor_of(request))
    ]
