from dataclasses import dataclass
from uuid import UUID

import pytest
from django.db import connection, transaction

from parvis.core import outbox
from parvis.core.ids import new_id
from parvis.web import wiring


def waiting() -> list[tuple[str, dict[str, str]]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT task_name, args FROM procrastinate_jobs WHERE status = 'todo' ORDER BY id")
        return list(cursor.fetchall())


@pytest.fixture(autouse=True)
def no_jobs(transactional_db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")


def test_a_job_exists_once_its_act_is_committed() -> None:
    with transaction.atomic():
        outbox.send("some.task", case=UUID(int=1))
    assert waiting()[0][0] == "some.task"


def test_a_rolled_back_act_leaves_no_job() -> None:
    class StopError(Exception):
        pass

    def act() -> None:
        with transaction.atomic():
            outbox.send("some.task")
            raise StopError

    with pytest.raises(StopError):
        act()
    assert waiting() == []


def test_a_job_outside_a_transaction_is_a_mistake() -> None:
    with pytest.raises(RuntimeError, match="outside a transaction"):
        outbox.send("some.task")


@dataclass(frozen=True)
class Happened:
    case: UUID
    status: str


def test_an_event_becomes_one_job_per_subscriber() -> None:
    before = wiring.TABLE
    try:
        outbox.connect({Happened: ("first.task", "second.task")})
        case = new_id()
        with transaction.atomic():
            outbox.publish(Happened(case, "DONE"))
        assert [name for name, _ in waiting()] == ["first.task", "second.task"]
    finally:
        outbox.connect(before)


def test_every_task_that_is_sent_exists() -> None:
    from procrastinate.contrib.django import app  # noqa: PLC0415

    for names in wiring.TABLE.values():
        assert set(names) <= set(app.tasks)
    assert {"exchange.alert_recipients", "notifications.deliver", "teleservices.finish_deposit"} <= set(app.tasks)
