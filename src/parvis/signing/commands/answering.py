"""What an officer answers: visa, refusal, return; and the right to change one's mind."""

from uuid import UUID

from django.db import transaction

from parvis.core.actor import Actor
from parvis.core.clock import now
from parvis.core.errors import ConflictError, DomainError
from parvis.core.text import clean
from parvis.ledger import commands as ledger
from parvis.signing.commands.standing import (
    answers_for,
    current_step,
    locked_item,
    require_state,
    require_turn,
    unknown_item,
)
from parvis.signing.commands.submitting import end, start
from parvis.signing.enums import OPEN_ENTRIES, ItemState, StepState
from parvis.signing.models import BatchEntry, Item, ItemStep
from parvis.signing.workflow import Gesture

MOST_REASON = 1000


def approve(*, item_id: UUID, comment: str = "", actor: Actor) -> None:
    """Give a visa: the document goes to the next officer."""
    with transaction.atomic():
        item, grants = _turn(item_id, actor, Gesture.APPROVE)
        _answer(current_step(item), StepState.DONE, actor, comment)
        go_on(item)
        _record(item, "signing.approved", actor, grants, comment)


def go_on(item: Item) -> bool:
    """Give the document to the next step. Return False when there is none: the caller ends it."""
    following = item.steps.filter(position__gt=item.position).first()
    if following is None:
        return False
    start(item, following)
    return True


def refuse(*, item_id: UUID, reason: str, actor: Actor) -> None:
    """Refuse for good, with a reason told to the sender; even after a batch was confirmed, until it is signed."""
    with transaction.atomic():
        item, grants = _turn(item_id, actor, Gesture.REFUSE)
        said = _reason(reason)
        _answer(current_step(item), StepState.REFUSED, actor, said)
        end(item, ItemState.REFUSED, said)
        _record(item, "signing.refused", actor, grants, said)


def send_back(*, item_id: UUID, reason: str, actor: Actor) -> None:
    """Return to the sender for a correction, with a reason; it will go through the circuit again."""
    with transaction.atomic():
        item, grants = _turn(item_id, actor, Gesture.SEND_BACK)
        _refuse_if_in_batch(item)
        said = _reason(reason)
        _answer(current_step(item), StepState.RETURNED, actor, said)
        end(item, ItemState.RETURNED, said)
        _record(item, "signing.sent_back", actor, grants, said)


def take_back(*, item_id: UUID, actor: Actor) -> None:
    """Take one's visa back, as long as the next officer has done nothing with the document."""
    with transaction.atomic():
        item = locked_item(item_id)
        before = item.steps.filter(position__lt=item.position, state=StepState.DONE).last()
        there = before.organisation_id if before is not None and before.organisation_id else item.organisation_id
        mine = answers_for(actor, there) if actor.kind == "account" else set()
        if before is None or actor.person not in {before.done_by_id, before.officer_id} & mine:
            raise unknown_item()
        require_state(item, Gesture.TAKE_BACK)
        _refuse_if_in_batch(item)
        ItemStep.objects.filter(item=item, state=StepState.CURRENT).update(state=StepState.WAITING)
        start(item, before)
        _record(item, "signing.taken_back", actor, require_turn(item, actor), "")


def _refuse_if_in_batch(item: Item) -> None:
    if BatchEntry.objects.filter(item=item, state__in=OPEN_ENTRIES).exists():
        raise ConflictError("item_in_batch", "Ce document est dans un lot de signature. Abandonnez le lot d’abord.")


def _turn(item_id: UUID, actor: Actor, gesture: Gesture) -> tuple[Item, tuple[UUID, ...]]:
    item = locked_item(item_id)
    if item.officer_id is None:
        require_state(item, gesture)
    grants = require_turn(item, actor)
    require_state(item, gesture)
    return item, grants


def _reason(text: str) -> str:
    said = clean(text)
    if not said or len(said) > MOST_REASON:
        raise DomainError(
            "reason_missing",
            "Écrivez pourquoi, en %(most)s caractères au plus : l’expéditeur doit savoir quoi corriger.",
            field="reason",
            params={"most": MOST_REASON},
        )
    return said


def _answer(step: ItemStep, state: StepState, actor: Actor, comment: str) -> None:
    step.state, step.done_by_id, step.done_at, step.comment = state, actor.person, now(), clean(comment)[:MOST_REASON]
    step.save()


def _record(item: Item, action: str, actor: Actor, grants: tuple[UUID, ...], comment: str) -> None:
    ledger.record(
        actor=actor,
        action=action,
        subject=f"item:{item.id}",
        grants=grants,
        details={"sha256": bytes(item.sha256).hex(), "comment": comment},
    )
