from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.test import override_settings

from parvis.access.enums import Action
from parvis.access.models import Grant
from parvis.core.actor import SYSTEM, Actor
from parvis.core.clock import now
from parvis.core.ids import new_id
from parvis.exchange import commands, queries
from parvis.exchange.enums import AccessMode
from parvis.exchange.models import Case, Notification, Situation, Subscription, WebhookDelivery, WebhookEndpoint
from tests.support import world
from tests.support.deposits import deposited
from tests.support.jobs import run_jobs

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def old_case(here: world.World, days: float = 4) -> Case:
    """A case deposited some days ago, at a town that chose its software."""
    Subscription.objects.filter(subscriber=here.rennes).update(access_mode=AccessMode.API)
    case, _ = deposited(here)
    Notification.objects.filter(case=case).update(at=now() - timedelta(days=days))
    mail.outbox.clear()
    return case


def software(here: world.World) -> Actor:
    actor = Actor("client", new_id())
    world.allow(actor, here.rennes.id, (Action.CASE_READ,))
    return actor


def kinds() -> list[str]:
    return [one.kind for one in queries.problems(SYSTEM)]


@pytest.mark.parametrize(("days", "found"), [(2.9, []), (3.1, ["unfetched"])])
def test_software_chosen_and_nobody_fetches(days: float, found: list[str]) -> None:
    here = world.build()
    old_case(here, days)
    assert kinds() == found


def test_a_program_that_fetched_since_is_no_problem_but_a_person_or_a_fetch_before_is() -> None:
    here = world.build()
    case = old_case(here)
    with time_machine.travel(now() - 10 * DAY):
        commands.open_case(case_id=case.id, actor=software(here))
    commands.open_case(case_id=case.id, actor=here.as_agent)
    assert kinds() == ["unfetched"]
    commands.open_case(case_id=case.id, actor=software(here))
    assert kinds() == []


def test_a_suspended_subscription_is_no_problem() -> None:
    here = world.build()
    old_case(here)
    commands.suspend_subscription(subscription_id=Subscription.objects.get(subscriber=here.rennes).id, actor=SYSTEM)
    assert kinds() == []


def test_the_desk_chosen_and_nobody_may_read() -> None:
    here = world.build()
    assert kinds() == []
    Grant.objects.filter(organisation=here.nice).update(revoked_at=now())
    software(here)
    (found,) = queries.problems(SYSTEM)
    assert (found.kind, found.subscription.subscriber) == ("unread", here.nice)
    world.allow(here.as_foreign_agent, here.nice.id, (Action.CASE_READ,), world.PROCESS)
    assert kinds() == []


def test_a_webhook_that_does_not_answer() -> None:
    here = world.build()
    endpoint = WebhookEndpoint.objects.create(organisation=here.rennes, url="https://exemple.example", secret="x")
    failed = WebhookDelivery.objects.create(
        endpoint=endpoint, notification_id=new_id(), payload="{}", state="waiting", attempts=3
    )
    assert kinds() == []
    WebhookDelivery.objects.filter(id=failed.id).update(attempts=4)
    assert kinds() == ["unreachable"]
    WebhookDelivery.objects.create(
        endpoint=endpoint, notification_id=new_id(), payload="{}", state="delivered", delivered_at=now()
    )
    assert kinds() == []


def told() -> dict[str, str]:
    run_jobs()
    mails = {message.to[0]: str(message.subject) for message in mail.outbox}
    mail.outbox.clear()
    return mails


@override_settings(OPERATOR_EMAIL="exploitant@parvis.example")
def test_both_sides_are_told_once_then_when_it_is_over() -> None:
    here = world.build()
    type(here.operator).objects.filter(id=here.operator.id).update(email="depot@exemple.example")
    case = old_case(here)
    assert commands.watch_subscriptions() == 1
    begun = told()
    assert set(begun) == {"accueil@35238.example", "exploitant@parvis.example", "depot@exemple.example"}
    assert all("n’arrivent à personne" in subject for subject in begun.values())
    assert (commands.watch_subscriptions(), told()) == (0, {})
    commands.open_case(case_id=case.id, actor=software(here))
    assert commands.watch_subscriptions() == 0
    assert "rétablie" in told()["accueil@35238.example"]
    assert (commands.watch_subscriptions(), told()) == (0, {})
    assert Situation.objects.get().ended_at


@override_settings(OPERATOR_EMAIL="exploitant@parvis.example")
def test_the_operator_hears_of_late_cases_once() -> None:
    here = world.build()
    case = old_case(here)
    Case.objects.filter(id=case.id).update(updated_at=now() - 4 * DAY)
    assert commands.watch_lateness() == 1
    assert told() == {"exploitant@parvis.example": "Des dossiers ont dépassé leur délai"}
    assert (commands.watch_lateness(), told()) == (0, {})
    Case.objects.filter(id=case.id).update(updated_at=now())
    assert (commands.watch_lateness(), Situation.objects.filter(ended_at=None).count()) == (0, 0)
    Case.objects.filter(id=case.id).update(updated_at=now() - 4 * DAY)
    assert commands.watch_lateness() == 1, "a new situation is told again"


def test_rights_each_sees_the_problems_of_its_own_organisations() -> None:
    here = world.build()
    Grant.objects.update(revoked_at=now())
    assert len(queries.problems(SYSTEM)) == 2
    reader = software(here)
    assert [one.organisation for one in queries.problems(reader)] == [here.rennes.id]
    assert queries.problems(here.as_citizen) == []
