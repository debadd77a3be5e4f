"""Answers of cases on their way to a signature."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import QuerySet

from parvis.access import queries as access
from parvis.access.enums import Action
from parvis.core.actor import Actor
from parvis.core.clock import today
from parvis.core.errors import AbsentError
from parvis.exchange.enums import OPEN_REPLIES, ReplyState
from parvis.exchange.letters import Addressee, letter
from parvis.exchange.models import Case, Reply
from parvis.exchange.queries.cases import inbox, of_cases_read
from parvis.signing import queries as signing


@dataclass(frozen=True, slots=True)
class ReplyCounts:
    """How many answers of one gesture are where."""

    delivered: int = 0
    open: int = 0
    ended: int = 0

    @property
    def total(self) -> int:
        """All of them."""
        return self.delivered + self.open + self.ended


def replies_of(case: Case) -> "QuerySet[Reply]":
    """Return the answers to sign of one case, newest first; the caller may read the case."""
    return Reply.objects.filter(case=case).order_by("-id")


def reply_places(replies: Iterable[Reply]) -> dict[UUID, signing.Place]:
    """Return with whom the open answers are, by reply. One query."""
    items = {row.item: row.id for row in replies if row.item and row.state in OPEN_REPLIES}
    return {items[item]: place for item, place in signing.places_of(items).items()}


def replies_of_run(run: UUID, actor: Actor) -> "QuerySet[Reply]":
    """Return the answers of one gesture whose cases this actor may read, in order. Raise AbsentError."""
    rows = Reply.objects.filter(of_cases_read(actor), run=run).select_related("case__folder").order_by("id")
    if not rows.exists():
        raise AbsentError("unknown_replies", "Ces réponses n’existent pas, ou vous ne pouvez pas les voir.")
    return rows


def count_replies(replies: Iterable[str]) -> ReplyCounts:
    """Count answers by what became of them, from their states."""
    states = list(replies)
    delivered = states.count(ReplyState.DELIVERED)
    waiting = sum(state in OPEN_REPLIES for state in states)
    return ReplyCounts(delivered, waiting, len(states) - delivered - waiting)


def cases_to_answer(actor: Actor, cases: Iterable[UUID]) -> "QuerySet[Case]":
    """Return those of these cases that this actor may process, oldest first."""
    mine = access.scope(actor, Action.CASE_PROCESS, organisation="recipient_id", process="process_id", unit="unit")
    return inbox(actor).filter(mine, id__in=list(cases)).order_by("id")


def letter_of(subject: str, body: str, case: Case) -> bytes:
    """Return the letter that answers one case, in PDF, dated today."""
    folder = case.folder
    to = Addressee(
        folder.applicant_first_name, folder.applicant_last_name, case.external_id, case.recipient.name, today()
    )
    return letter(subject, body, to)
