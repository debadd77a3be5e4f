"""Cases as their recipient, their applicant and their software see them."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import models
from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext

from parvis.access import queries as access
from parvis.access.enums import Action
from parvis.catalogue.enums import CaseStatus
from parvis.core.actor import Actor
from parvis.core.errors import AbsentError
from parvis.exchange.enums import AttachmentState, EventState, EventType, Side
from parvis.exchange.models import Attachment, AttachmentRecipient, Case, Event, Folder, Notification


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """One line of a case's story. ``by_applicant`` tells which side spoke; ``comment`` is empty for the applicant."""

    id: UUID
    at: datetime
    label: str
    author: str
    message: str
    comment: str
    status: str
    by_applicant: bool
    documents: tuple[Attachment, ...]


@dataclass(frozen=True, slots=True)
class CaseCounts:
    """How many cases an agent sees, in all and by state."""

    total: int
    by_status: dict[str, int]

    def of(self, statuses: Iterable[str]) -> int:
        """Return how many are in one of these states."""
        return sum(self.by_status.get(status, 0) for status in statuses)


def inbox(actor: Actor, *, statuses: Iterable[str] = (), text: str = "") -> "QuerySet[Case]":
    """Return the cases the actor may read, newest first, filtered. SQL count does not grow with the rows."""
    cases = (
        Case.objects.filter(
            access.scope(actor, Action.CASE_READ, organisation="recipient_id", process="process_id", unit="unit")
        )
        .exclude(status__in=(CaseStatus.HUBEE_RECEIVED, CaseStatus.HUBEE_COMPLETED))
        .select_related("folder", "process", "recipient", "unit")
        .order_by("-id")
    )
    chosen = list(statuses)
    if chosen:
        cases = cases.filter(status__in=chosen)
    for word in text.split():
        cases = cases.filter(
            Q(external_id__icontains=word)
            | Q(folder__applicant_last_name__icontains=word)
            | Q(folder__applicant_first_name__icontains=word)
        )
    return cases


def count_cases(actor: Actor) -> CaseCounts:
    """Return how many cases the actor may read, by state. Two queries whatever their number."""
    rows = dict(inbox(actor).order_by().values_list("status").annotate(Count("id")))
    return CaseCounts(sum(rows.values()), rows)


def recipient_case(case_id: UUID, actor: Actor) -> Case:
    """Return a case for an agent of its recipient. Raise AbsentError when it is not theirs or does not exist."""
    case = inbox(actor).filter(id=case_id).first()
    if case is None:
        raise AbsentError("unknown_case", "Ce dossier n’existe pas, ou vous ne pouvez pas le voir.")
    return case


def applicant_case(folder_id: UUID, actor: Actor) -> Case | None:
    """Return the case of the applicant's own folder, or None."""
    if actor.kind != "account":
        return None
    return (
        Case.objects.filter(folder_id=folder_id, folder__applicant_account_id=actor.id)
        .select_related("folder", "process", "recipient")
        .first()
    )


def case_documents(case: Case) -> list[Attachment]:
    """Return the documents the folder brought to this case."""
    return list(Attachment.objects.filter(cases=case, event=None, state=AttachmentState.RECEIVED).order_by("id"))


def timeline(case: Case, *, for_applicant: bool) -> list[TimelineEntry]:
    """Return a case's story, oldest first. Two queries. The applicant never sees internal notes."""
    events = Event.objects.filter(case=case, state__in=(EventState.SENT, EventState.RECEIVED)).order_by("id")
    events = events.select_related("undone_by")
    if for_applicant:
        events = events.exclude(type__in=(EventType.COM_ADD, EventType.ATTACH_DL, EventType.ATTACH_DL_ALL))
    documents: defaultdict[UUID, list[Attachment]] = defaultdict(list)
    for document in Attachment.objects.filter(event__case=case, state=AttachmentState.RECEIVED).order_by("id"):
        if document.event_id:
            documents[document.event_id].append(document)
    return [_entry(event, case, documents[event.id], for_applicant=for_applicant) for event in events]


def _entry(event: Event, case: Case, documents: list[Attachment], *, for_applicant: bool) -> TimelineEntry:
    return TimelineEntry(
        id=event.id,
        at=event.created_at,
        label=_label(event),
        author=event.author,
        message=event.message,
        comment="" if for_applicant else event.comment,
        status=event.new_status,
        by_applicant=event.transmitter_id == case.folder.depositor_id,
        documents=tuple(documents),
    )


def narrowed(
    cases: "QuerySet[Case]",
    *,
    processes: Collection[str] = (),
    siret: str = "",
    branch: str = "",
    updated_since: datetime | None = None,
    before: UUID | None = None,
) -> "QuerySet[Case]":
    """Return the cases of these processes, of this recipient, changed since then, older than this one."""
    if processes:
        cases = cases.filter(process_id__in=processes)
    if siret:
        cases = cases.filter(recipient__siret=siret)
    if branch:
        cases = cases.filter(recipient__branch_code=branch)
    if updated_since:
        cases = cases.filter(updated_at__gte=updated_since)
    return cases.filter(id__lt=before) if before else cases


def deposited(actor: Actor, *, external_id: str = "", before: UUID | None = None, limit: int = 50) -> list[Folder]:
    """Return the newest folders of the actor's depositors, each with its cases. The SQL count does not grow."""
    mine = access.scope(actor, Action.FOLDER_READ, organisation="depositor_id", process="process_id")
    rows = Folder.objects.filter(mine).prefetch_related("cases__recipient").order_by("-id")
    if external_id:
        rows = rows.filter(external_id=external_id)
    return list((rows.filter(id__lt=before) if before else rows)[:limit])


def deposited_folder(folder_id: UUID, actor: Actor) -> Folder:
    """Return a folder with its cases. Raise AbsentError when it is not of this actor's depositors."""
    mine = access.scope(actor, Action.FOLDER_READ, organisation="depositor_id", process="process_id")
    folder = Folder.objects.filter(mine, id=folder_id).prefetch_related("cases__recipient").first()
    if folder is None:
        raise AbsentError("unknown_folder", "Ce dossier n’existe pas, ou vous ne pouvez pas le voir.")
    return folder


def events_for(case: Case, side: str) -> list[Event]:
    """Return a case's events, oldest first, as one side sees them: internal notes stay with who wrote them."""
    events = Event.objects.filter(case=case, state__in=(EventState.SENT, EventState.RECEIVED)).order_by("id")
    if side == Side.DEPOSITOR:
        events = events.exclude(type__in=(EventType.COM_ADD, EventType.ATTACH_DL, EventType.ATTACH_DL_ALL))
    received = Attachment.objects.filter(state=AttachmentState.RECEIVED).order_by("id")
    return list(events.prefetch_related(models.Prefetch("attachments", received)))


def _label(event: Event) -> str:
    """Say what happened; a decision taken back says so, and so does its return."""
    label = str(CaseStatus(event.new_status).label if event.new_status else EventType(event.type).label)
    if event.undoes_id:
        return gettext("Décision annulée : retour à « %(state)s »") % {"state": label}
    if hasattr(event, "undone_by"):
        return gettext("%(state)s (annulé ensuite)") % {"state": label}
    return label


def announced_to(actor: Actor) -> models.Q:
    """Return the filter of the notifications of an actor, as recipient (of their own services) or as depositor."""
    received = access.scope(
        actor, Action.CASE_READ, organisation="recipient_id", process="process_id", unit="case__unit"
    )
    return received | access.scope(actor, Action.FOLDER_READ, organisation="recipient_id", process="process_id")


def notifications(
    actor: Actor,
    *,
    limit: int = 25,
    processes: Collection[str] = (),
    first: Collection[str] = (),
    after: UUID | None = None,
) -> list[Notification]:
    """Return what is new for the actor's organisations, oldest first, as recipient or as depositor.

    ``processes`` keeps these codes only; ``first`` serves these codes before the others; ``after`` goes on from one.
    """
    rows = Notification.objects.filter(announced_to(actor)).select_related(
        "recipient", "transmitter", "event", "case__folder"
    )
    if processes:
        rows = rows.filter(process_id__in=processes)
    if after:
        rows = rows.filter(id__gt=after)
    if first:
        urgent = models.Case(models.When(process_id__in=first, then=0), default=1)
        return list(rows.order_by(urgent, "id")[:limit])
    return list(rows.order_by("id")[:limit])


def of_cases_read(actor: Actor) -> models.Q:
    """Return the filter of what hangs from the cases that an actor reads."""
    return access.scope(
        actor, Action.CASE_READ, organisation="case__recipient_id", process="case__process_id", unit="case__unit"
    )


def purgeable(actor: Actor, *, limit: int = 10_000) -> list[tuple[UUID, UUID]]:
    """Return (document, case) pairs whose bytes the hub has removed, for copies kept by the actor's organisations."""
    rows = AttachmentRecipient.objects.filter(of_cases_read(actor), attachment__state=AttachmentState.DELETED)
    return list(rows.order_by("id").values_list("attachment_id", "case_id")[:limit])


def notifications_of_folder(folder_id: UUID) -> list[UUID]:
    """Return the notifications that a folder's deposit made, not those of its events."""
    return list(Notification.objects.filter(case__folder_id=folder_id, event=None).values_list("id", flat=True))
