"""Tell what is wrong once when it begins and once when it ends: late cases, subscriptions that reach nobody."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from parvis.catalogue import queries as catalogue
from parvis.catalogue.enums import CaseStatus
from parvis.core.actor import SYSTEM
from parvis.core.clock import now
from parvis.exchange.enums import SituationKind
from parvis.exchange.models import Situation, Subscription
from parvis.exchange.queries.board import BoardLine, board
from parvis.exchange.queries.problems import depositors_waiting, problems
from parvis.notifications import commands as notifications


@dataclass(frozen=True, slots=True)
class Seen:
    """One thing wrong now: how many cases it concerns, and the subscription at fault if there is one."""

    count: int
    subscription: Subscription | None = None


def watch_lateness() -> int:
    """Tell the operator of cases that became late, once a process, organisation and state. Return how many begin."""
    lines = {_subject(line): line for line in board(SYSTEM) if line.total_late}
    with transaction.atomic(durable=True):
        began, _ended = _compare(
            (SituationKind.LATE,), {(SituationKind.LATE, key): Seen(line.total_late) for key, line in lines.items()}
        )
        if began:
            names = catalogue.process_names()
            notifications.write_mail(
                to=settings.OPERATOR_EMAIL,
                template="exchange/mail/late.txt",
                context={
                    "lines": [_said(lines[row.subject], names) for row in began],
                    "url": settings.SITE_URL + reverse("board"),
                },
            )
    return len(began)


def _subject(line: BoardLine) -> str:
    return f"{line.process}:{line.status}:{line.organisation}"


def _said(line: BoardLine, names: Mapping[str, str]) -> dict[str, object]:
    return {
        "organisation": line.organisation_name,
        "process": names.get(line.process, line.process),
        "state": CaseStatus(line.status).label,
        "count": line.total_late,
    }


def watch_subscriptions() -> int:
    """Tell both sides of subscriptions that reach nobody, and again when it is over. Return how many begin."""
    found = {
        (one.kind, f"subscription:{one.subscription.id}"): Seen(one.count, one.subscription) for one in problems(SYSTEM)
    }
    kinds = (SituationKind.UNFETCHED, SituationKind.UNREAD, SituationKind.UNREACHABLE)
    with transaction.atomic(durable=True):
        began, ended = _compare(kinds, found)
        for row in began:
            _tell(row, "exchange/mail/undeliverable.txt")
        for row in ended:
            _tell(row, "exchange/mail/recovered.txt")
    return len(began)


def _compare(kinds: Iterable[str], found: Mapping[tuple[str, str], Seen]) -> tuple[list[Situation], list[Situation]]:
    """Bring the open situations to what is found. Return those that begin and those that end.

    The constraint on open situations makes a second run at the same time fail whole, with its mails.
    """
    open_ones = {
        (row.kind, row.subject): row
        for row in Situation.objects.select_for_update(of=("self",))
        .filter(kind__in=kinds, ended_at=None)
        .select_related("subscription__subscriber", "subscription__process")
    }
    began = [
        Situation(kind=kind, subject=subject, count=seen.count, subscription=seen.subscription)
        for (kind, subject), seen in found.items()
        if (kind, subject) not in open_ones
    ]
    Situation.objects.bulk_create(began)
    ended = [row for key, row in open_ones.items() if key not in found]
    Situation.objects.filter(id__in=[row.id for row in ended]).update(ended_at=now())
    return began, ended


def _tell(row: Situation, template: str) -> None:
    subscription = row.subscription
    if subscription is None:
        return
    context = {
        "situation": row,
        "organisation": subscription.subscriber.name,
        "process": subscription.process.name,
        "problem": SituationKind(row.kind).label,
    }
    subscriber = subscription.emails or [subscription.subscriber.email]
    others = [settings.OPERATOR_EMAIL, *depositors_waiting(subscription)]
    for address in dict.fromkeys([*subscriber, *others]):
        notifications.write_mail(to=address, template=template, context=context)
