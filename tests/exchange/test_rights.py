"""Whoever is on neither side of a folder may do nothing with it, by any command, and nothing is written."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from parvis.access.enums import Action
from parvis.catalogue.enums import CaseStatus
from parvis.core.actor import ANONYMOUS
from parvis.core.errors import DomainError
from parvis.exchange import commands
from parvis.exchange.enums import EventType, SubscriptionState
from parvis.exchange.models import Case, Event, Subscription
from parvis.ledger.models import Entry
from tests.support import files, world
from tests.support.deposits import deposited

pytestmark = pytest.mark.django_db
Gesture = Callable[..., Any]


def gestures(case: Case, event: Event) -> dict[str, Gesture]:
    """Every command on a folder that exists, ready but for the actor."""
    document = case.attachments.all()[0]
    subscription = Subscription.objects.filter(subscriber=case.recipient).get()
    towns = ("21060088800015", "06088"), ("21350238800019", "35238")
    return {
        "add_event": partial(
            commands.add_event, case_id=case.id, event=commands.NewEvent(EventType.SENDING_MESSAGE, message="Moi")
        ),
        "set_event_state": partial(commands.set_event_state, case_id=case.id, event_id=event.id, state="RECEIVED"),
        "delete_event": partial(commands.delete_event, case_id=case.id, event_id=event.id),
        "set_case_status": partial(commands.set_case_status, case_id=case.id, status=CaseStatus.DONE),
        "set_folder_status": partial(commands.set_folder_status, folder_id=case.folder_id, status=CaseStatus.CLOSED),
        "complete_folder": partial(commands.complete_folder, folder_id=case.folder_id),
        "delete_folder": partial(commands.delete_folder, folder_id=case.folder_id),
        "add_document": partial(
            commands.add_document, folder_id=case.folder_id, type="autre", name="a.pdf", data=files.PDF
        ),
        "receive_attachment": partial(commands.receive_attachment, attachment_id=document.id, chunks=[files.PDF]),
        "read_case": partial(commands.read_case, case_id=case.id),
        "migrate_cases": partial(commands.migrate_cases, source=towns[1], target=towns[0]),
        "subscribe": partial(commands.subscribe, subscriber=case.recipient_id, process=world.PROCESS),
        "apply_subscription": partial(
            commands.apply_subscription,
            subscription_id=subscription.id,
            state=SubscriptionState.SUSPENDED,
            reception=commands.Reception(),
            reason="",
        ),
    }


NAMES = (
    "add_event",
    "set_event_state",
    "delete_event",
    "set_case_status",
    "set_folder_status",
    "complete_folder",
    "delete_folder",
    "add_document",
    "receive_attachment",
    "read_case",
    "migrate_cases",
    "subscribe",
    "apply_subscription",
)


@pytest.mark.parametrize("name", NAMES)
def test_rights_a_stranger_is_refused_by_every_command(name: str) -> None:
    here = world.build()
    case, _ = deposited(here)
    event = commands.add_event(
        case_id=case.id, event=commands.NewEvent(EventType.SENDING_MESSAGE, message="Vu"), actor=here.as_agent
    )
    gesture = gestures(case, event)[name]
    before = Entry.objects.count()
    for stranger in (here.as_foreign_agent, here.as_citizen, ANONYMOUS):
        with pytest.raises(DomainError) as refusal:
            gesture(actor=stranger)
        assert refusal.value.status in (403, 404)
    assert Entry.objects.count() == before


def test_rights_a_copy_purged_by_someone_else_is_not_noted() -> None:
    here = world.build()
    case, _ = deposited(here)
    pairs = [(str(case.attachments.all()[0].id), str(case.id))]
    before = Entry.objects.count()
    commands.note_purged(pairs=pairs, actor=here.as_foreign_agent)
    assert Entry.objects.count() == before
    commands.note_purged(pairs=pairs, actor=here.as_agent)
    assert Entry.objects.count() == before + 1


def test_rights_migrating_needs_both_towns() -> None:
    here = world.build()
    case, _ = deposited(here)
    world.allow(here.as_agent, here.rennes.id, (Action.MEMBERS_MANAGE,))
    pair = gestures(case, Event())["migrate_cases"]
    with pytest.raises(DomainError):
        pair(actor=here.as_agent)
    world.allow(here.as_agent, here.nice.id, (Action.MEMBERS_MANAGE,))
    assert pair(actor=here.as_agent) == 1
