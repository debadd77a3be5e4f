"""Who stands where before a document: its officer, who answers for them, its sender."""

from uuid import UUID

from django.db.models import Q

from parvis.access import queries as access
from parvis.access.enums import EVERY_PROCESS, Action
from parvis.core.actor import Actor
from parvis.core.clock import now
from parvis.core.errors import AbsentError, ConflictError
from parvis.signing.enums import StepKind
from parvis.signing.models import Delegation, Item, ItemStep
from parvis.signing.workflow import Gesture, allows

ACTION_OF_STEP = {StepKind.VISA: Action.ACT_VISA, StepKind.SIGNATURE: Action.ACT_SIGN}


def unknown_item() -> AbsentError:
    """The same answer for a document that does not exist and one that is not ours."""
    return AbsentError("unknown_item", "Ce document n’est pas dans votre parapheur.")


def locked_item(item_id: UUID) -> Item:
    """Return a document, locked until the end of the transaction. Raise AbsentError."""
    item = Item.objects.select_for_update().filter(id=item_id).first()
    if item is None:
        raise unknown_item()
    return item


def current_step(item: Item) -> ItemStep:
    """Return the step that waits for an answer."""
    return ItemStep.objects.get(item=item, position=item.position)


def require_turn(item: Item, actor: Actor) -> tuple[UUID, ...]:
    """Return the grants, or refuse: it is this officer's turn, or that of someone they answer for."""
    if item.officer_id is None or actor.kind != "account" or item.officer_id not in answers_for(actor, item.answering):
        raise unknown_item()
    action = ACTION_OF_STEP[StepKind(current_step(item).kind)]
    return access.require(actor, action, organisation=item.answering, process=EVERY_PROCESS).grants


def require_sender(item: Item, actor: Actor) -> tuple[UUID, ...]:
    """Return the grants, or refuse: the account that sent it, or the platform for a context."""
    if actor.kind != "system" and (actor.id is None or actor.id != item.submitter_id):
        raise unknown_item()
    return access.require(actor, Action.ACT_PREPARE, organisation=item.organisation_id, process=EVERY_PROCESS).grants


def require_state(item: Item, gesture: Gesture) -> None:
    """Raise ConflictError when the document moved on meanwhile."""
    if not allows(gesture, item.state):
        raise ConflictError(
            "item_moved_on",
            "Ce document n’attend plus cette action : son état a changé entre-temps. Rechargez la page.",
        )


def answers_for(actor: Actor, organisation: UUID) -> set[UUID]:
    """Return the officers in whose name a person may answer now: themselves and the absent ones. One query."""
    moment = now()
    absent = Delegation.objects.filter(
        Q(ended_at=None) | Q(ended_at__gt=moment),
        delegate_id=actor.person,
        organisation_id=organisation,
        starts_at__lte=moment,
        ends_at__gt=moment,
    )
    return {actor.person, *absent.values_list("officer_id", flat=True)}
