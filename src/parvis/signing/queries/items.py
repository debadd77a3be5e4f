"""The documents that someone sees: waiting for them, answered by them, sent by them."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce

from parvis.access import queries as access
from parvis.access.enums import Action
from parvis.core.actor import Actor
from parvis.core.clock import now
from parvis.core.errors import AbsentError
from parvis.signing.enums import OPEN_ENTRIES, ItemState
from parvis.signing.models import BatchEntry, Delegation, Item, ItemStep

_OPEN = BatchEntry.objects.filter(item=OuterRef("pk"), state__in=OPEN_ENTRIES)
View = Literal["todo", "answered", "sent", "all"]


@dataclass(frozen=True, slots=True)
class Counts:
    """How many documents each view holds."""

    todo: int
    answered: int
    sent: int


def whose_turn(actor: Actor) -> Q:
    """Return the filter of what waits for someone, those they answer for included. One query."""
    moment = now()
    absent = Delegation.objects.filter(
        Q(ended_at=None) | Q(ended_at__gt=moment), delegate_id=actor.person, starts_at__lte=moment, ends_at__gt=moment
    )
    turn = Q(officer_id=actor.person)
    for officer, organisation in absent.values_list("officer_id", "organisation_id"):
        turn |= Q(officer_id=officer) & answered_by(organisation)
    return turn


def answered_by(organisation: UUID) -> Q:
    """Return the filter of the documents whose present step is of this organisation."""
    return Q(desk_id=organisation) | Q(desk=None, organisation_id=organisation)


def _answered(actor: Actor) -> Q:
    return Q(Exists(ItemStep.objects.filter(item=OuterRef("pk"), done_by_id=actor.person)))


def _seen(actor: Actor) -> Q:
    """All that someone may open: also, for administrators, every document of their organisations."""
    run = access.organisations_of(actor, [Action.MEMBERS_MANAGE])
    return whose_turn(actor) | _answered(actor) | Q(submitter_id=actor.person) | Q(organisation_id__in=run)


def items_of(actor: Actor, view: View = "todo", *, text: str = "") -> "QuerySet[Item]":
    """Return the documents of a view, oldest first for what is to be done, newest first otherwise."""
    found = {
        "todo": lambda: Item.objects.filter(whose_turn(actor), state__in=(ItemState.TO_VISA, ItemState.TO_SIGN)),
        "answered": lambda: Item.objects.filter(_answered(actor)),
        "sent": lambda: Item.objects.filter(submitter_id=actor.person),
        "all": lambda: Item.objects.filter(_seen(actor)),
    }[view]()
    if text:
        found = found.filter(Q(title__icontains=text) | Q(reference__icontains=text))
    found = found.annotate(in_batch=Exists(_OPEN)).select_related("organisation", "officer")
    return found.order_by("id" if view == "todo" else "-id")


def count_items(actor: Actor) -> Counts:
    """Count each view."""
    return Counts(*(items_of(actor, view).count() for view in ("todo", "answered", "sent")))


def queue(actor: Actor, organisation: UUID) -> "QuerySet[Item]":
    """Return what someone may put in a batch for an organisation: to sign, and in no open batch. Oldest first."""
    return Item.objects.filter(
        whose_turn(actor), answered_by(organisation), ~Exists(_OPEN), state=ItemState.TO_SIGN
    ).order_by("id")


def ready_to_sign(actor: Actor) -> dict[UUID, int]:
    """Return, for each organisation, how many documents could be put in a batch now."""
    rows = Item.objects.filter(whose_turn(actor), ~Exists(_OPEN), state=ItemState.TO_SIGN)
    counts: dict[UUID, int] = {}
    for organisation in rows.values_list(Coalesce("desk_id", "organisation_id"), flat=True):
        counts[organisation] = counts.get(organisation, 0) + 1
    return counts


def item_of(item_id: UUID, actor: Actor) -> Item:
    """Return a document that someone may open. Raise AbsentError."""
    row = Item.objects.filter(_seen(actor), id=item_id).select_related("organisation", "officer").first()
    if row is None:
        raise AbsentError("unknown_item", "Ce document n’est pas dans votre parapheur.")
    return row


def steps_of(item: Item) -> list[ItemStep]:
    """Return the steps of a document, in order."""
    return list(item.steps.select_related("officer", "done_by", "organisation"))


def document_of(item: Item, *, signed: bool) -> UUID | None:
    """Return the file of a document: what was made at the end, or what was sent."""
    return item.signature if signed else item.document


@dataclass(frozen=True, slots=True)
class Place:
    """Where a document is, for the context that sent it."""

    state: ItemState
    officer: str


def places_of(items: Iterable[UUID]) -> dict[UUID, Place]:
    """Return where documents are and with whom; the caller has decided that its reader may know. One query."""
    rows = Item.objects.filter(id__in=list(items)).select_related("officer")
    return {row.id: Place(ItemState(row.state), str(row.officer) if row.officer else "") for row in rows}
