from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from parvis.access.enums import Action
from parvis.catalogue.models import Process
from parvis.core.actor import ANONYMOUS, SYSTEM, Actor
from parvis.core.clock import now
from parvis.core.errors import DomainError, RefusedError
from parvis.core.ids import new_id
from parvis.exchange import commands, queries
from parvis.exchange.models import Case, Folder
from parvis.identity.models import Account
from parvis.ledger.models import Entry
from tests.support import world

pytestmark = pytest.mark.django_db


def cases(here: world.World, *ages: float, town: str = "rennes", status: str = "IN_PROGRESS") -> None:
    """Put a case in a state for each of these numbers of days."""
    town_hall = getattr(here, town)
    for days in ages:
        folder = Folder.objects.create(
            external_id=str(new_id())[-30:], process_id=world.PROCESS, depositor=here.operator,
            applicant_first_name="Camille", applicant_last_name="Martin",
        )  # fmt: skip
        Case.objects.create(
            folder=folder, recipient=town_hall, process_id=world.PROCESS, external_id="1", status=status,
            updated_at=now() - timedelta(days=days, minutes=1),
        )  # fmt: skip


def operator(here: world.World) -> Account:
    account = Account.objects.create_user("exploitante@exemple.example", "un-mot-de-passe-long")
    world.allow(Actor("account", account.id), here.operator.id, (Action.PLATFORM_ADMINISTER,))
    return account


def test_cases_are_counted_by_age_and_marked_when_late() -> None:
    here = world.build()
    cases(here, 0, 0.9, 1, 2.9, 3, 6.9, 7, 29, 30, 400)
    cases(here, 50, status="DONE")
    (line,) = queries.board(SYSTEM)
    assert (line.process, line.organisation, line.status) == (world.PROCESS, here.rennes.id, "IN_PROGRESS")
    assert line.counts == (2, 2, 2, 2, 2)
    assert line.late == (0, 0, 0, 0, 2), "30 days by default in this state"
    assert (line.total, line.total_late) == (10, 2)


def test_a_process_without_a_limit_has_nothing_late() -> None:
    here = world.build()
    cases(here, 400)
    Process.objects.filter(code=world.PROCESS).update(alert_days={})
    assert queries.board(SYSTEM)[0].total_late == 0


def test_one_aggregation_whatever_the_volume(django_assert_num_queries: Any) -> None:
    here = world.build()
    cases(here, *range(20))
    cases(here, *range(20), town="nice")
    with django_assert_num_queries(1):
        assert len(queries.board(SYSTEM)) == 2


def test_rights_an_agent_counts_only_what_they_may_read() -> None:
    here = world.build()
    cases(here, 1)
    cases(here, 1, town="nice")
    cases(here, 1, status="HUBEE_RECEIVED")
    assert [line.organisation for line in queries.board(here.as_agent)] == [here.rennes.id]
    assert queries.board(here.as_citizen) == []
    assert queries.board(ANONYMOUS) == []
    assert len(queries.board(Actor("account", operator(here).id))) == 3


def test_rights_only_the_platform_sets_limits() -> None:
    here = world.build()
    before = Entry.objects.count()
    for stranger in (here.as_agent, here.as_citizen, ANONYMOUS):
        with pytest.raises(RefusedError):
            commands.set_thresholds(process=world.PROCESS, days={"SENT": 2}, actor=stranger)
    assert Entry.objects.count() == before
    commands.set_thresholds(process=world.PROCESS, days={"SENT": 2, "IN_PROGRESS": None}, actor=SYSTEM)
    assert Process.objects.get(code=world.PROCESS).alert_days == {"SENT": 2}


@pytest.mark.parametrize("days", [{"SENT": 0}, {"SENT": 4000}, {"DONE": 3}, {"NOWHERE": 3}])
def test_a_limit_that_makes_no_sense_is_refused(days: dict[str, int]) -> None:
    world.build()
    with pytest.raises(DomainError):
        commands.set_thresholds(process=world.PROCESS, days=days, actor=SYSTEM)


def test_the_operator_filters_downloads_and_sets_a_limit(client: Client) -> None:
    here = world.build()
    cases(here, 45)
    cases(here, 1, town="nice")
    type(here.nice).objects.filter(id=here.nice.id).update(name="=Mairie")
    client.force_login(operator(here))
    page = client.get(reverse("board"), {"organisme": str(here.rennes.id), "demarche": world.PROCESS})
    assert page.context["total"] == 1
    assert "dont 1 en retard" in page.content.decode()
    sent = client.post(reverse("thresholds", args=[world.PROCESS]), {"IN_PROGRESS": "60"})
    assert sent.status_code == 302
    assert "en retard" not in client.get(sent["Location"]).content.decode().replace("En retard sur", "")
    file = client.get(reverse("board_csv"))
    lines = b"".join(file).decode("utf-8-sig").splitlines()
    assert len(lines) == 3
    assert f"{world.PROCESS};'=Mairie;En cours de traitement;0;1;0;0;0;1;0" in lines
    assert client.post(reverse("thresholds", args=[world.PROCESS]), {"IN_PROGRESS": "0"}).status_code == 422


def test_filters_that_make_no_sense_filter_nothing(client: Client) -> None:
    here = world.build()
    cases(here, 1)
    client.force_login(here.agent)
    page = client.get(reverse("board"), {"organisme": "x'", "demarche": "\x00"})
    assert page.context["total"] == 1
    assert client.get(reverse("board_csv"), {"organisme": "x'"}).status_code == 200
    assert client.get(reverse("thresholds", args=[world.PROCESS])).status_code == 403
