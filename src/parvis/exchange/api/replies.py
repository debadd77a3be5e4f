"""Answers to sign, for software: one text, many cases, one gesture."""

from typing import Annotated, Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Router, Schema, Status
from pydantic import Field

from parvis.exchange import commands, queries
from parvis.exchange.api.callers import actor_of
from parvis.exchange.api.examples import ID, shown
from parvis.exchange.api.headers import IDEMPOTENCY_KEY, described
from parvis.exchange.api.idempotency import idempotent

router = Router(tags=["replies"])


class RepliesIn(Schema):
    """An answer to sign for each of these cases. In the text, fields stand between braces, for example {nom}.

    ``status`` is the state of a case once its answer is signed: DONE, REFUSED, or empty to change nothing.
    """

    model_config = shown(
        {
            "cases": [ID],
            "circuit": ID,
            "subject": "Votre demande n° {numéro}",
            "body": "Bonjour {prénom} {nom},\n\nVotre demande est acceptée.",
            "status": "DONE",
        }
    )

    cases: Annotated[list[UUID], Field(min_length=1, max_length=commands.MOST_REPLIES)]
    circuit: UUID
    subject: Annotated[str, Field(max_length=150)]
    body: Annotated[str, Field(max_length=5000)]
    status: Annotated[str, Field(max_length=15)] = ""


class RunOut(Schema):
    """The gesture taken: its number, to follow it."""

    model_config = shown({"id": ID, "count": 1})

    id: UUID
    count: int


class ReplyOut(Schema):
    """What became of one answer. ``event`` is the event that carries it in its case, once signed."""

    case: UUID
    state: str
    reason: str
    event: UUID | None


class RunRead(Schema):
    """What became of each answer of a gesture."""

    model_config = shown(
        {
            "delivered": 1,
            "open": 0,
            "ended": 0,
            "replies": [{"case": ID, "state": "delivered", "reason": "", "event": ID}],
        }
    )

    delivered: int
    open: int
    ended: int
    replies: list[ReplyOut]


@router.post(
    "/replies", response={202: RunOut}, summary="Send answers to be signed", openapi_extra=described(IDEMPOTENCY_KEY)
)
@idempotent
def send_replies(request: HttpRequest, body: RepliesIn) -> Status[RunOut]:
    """Make a letter for each case and send them to the parapheur; an officer signs them by one confirmation."""
    reply = commands.NewReply(body.circuit, body.subject, body.body, body.status)
    run = commands.send_replies(cases=body.cases, reply=reply, actor=actor_of(request))
    return Status(202, RunOut(id=run, count=len(set(body.cases))))


@router.get("/replies/{run}", response=RunRead, summary="Follow answers to be signed")
def read_replies(request: HttpRequest, run: UUID) -> dict[str, Any]:
    """Return what became of each answer of a gesture, in the order of the cases."""
    rows = list(queries.replies_of_run(run, actor_of(request)))
    counts = queries.count_replies(row.state for row in rows)
    return {
        "delivered": counts.delivered,
        "open": counts.open,
        "ended": counts.ended,
        "replies": [
            {"case": row.case_id, "state": row.state, "reason": row.reason, "event": row.event_id} for row in rows
        ],
    }
