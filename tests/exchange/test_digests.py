from datetime import UTC, datetime
from itertools import pairwise

import pytest
import time_machine
from django.core import mail

from parvis.exchange import commands
from parvis.exchange.digests import last_slot
from parvis.exchange.enums import MailFrequency
from parvis.exchange.models import MailAlert, Notification, Subscription
from tests.support import deposits, world
from tests.support.jobs import run_jobs

pytestmark = pytest.mark.django_db
MONDAY_10 = datetime(2027, 3, 1, 9, 0, tzinfo=UTC)  # 10:00 in Paris, winter


def written(address: str = "accueil@35238.example") -> list[str]:
    run_jobs()
    return [str(message.subject) for message in mail.outbox if message.to == [address]]


def reception(here: world.World, frequency: str, *emails: str) -> None:
    Subscription.objects.filter(subscriber=here.rennes).update(
        frequency=frequency, emails=list(emails) or ["accueil@35238.example"]
    )


@pytest.mark.parametrize(
    ("frequency", "day", "hour"),
    [
        (MailFrequency.DAILY, 2, 8),
        (MailFrequency.TWICE_DAILY, 1, 14),
    ],
)
def test_a_digest_comes_at_its_hour_of_paris_once(frequency: str, day: int, hour: int) -> None:
    here = world.build()
    reception(here, frequency)
    with time_machine.travel(MONDAY_10, tick=False) as clock:
        deposits.deposited(here)
        deposits.deposited(here)
        assert written() == [], "not at once"
        clock.move_to(datetime(2027, 3, day, hour - 2, 59, tzinfo=UTC))
        assert (commands.send_digests(), written()) == (0, [])
        clock.move_to(datetime(2027, 3, day, hour - 1, 0, tzinfo=UTC))
        assert commands.send_digests() == 1
        assert written() == ["2 dossiers à traiter pour Mairie de Rennes"]
        assert commands.send_digests() == 0, "never twice"
        clock.move_to(datetime(2027, 3, 5, 12, tzinfo=UTC))
        assert commands.send_digests() == 0, "nothing new, nothing sent"
    body = next(message.body for message in mail.outbox if message.to == ["accueil@35238.example"])
    assert "Recensement citoyen : 2" in body
    assert "Martin" not in body


def test_a_worker_down_at_eight_catches_up() -> None:
    here = world.build()
    reception(here, MailFrequency.DAILY)
    with time_machine.travel(MONDAY_10, tick=False) as clock:
        deposits.deposited(here)
        clock.move_to(datetime(2027, 3, 2, 10, 30, tzinfo=UTC))
        assert commands.send_digests() == 1


def test_summer_and_winter_are_eight_in_paris() -> None:
    slots = [last_slot(MailFrequency.DAILY, datetime(2027, 3, day, 23, tzinfo=UTC)) for day in (27, 28)]
    assert [slot.astimezone(UTC).hour for slot in slots] == [7, 6]
    assert [(later - earlier).days for earlier, later in pairwise(slots)] == [1]


def test_each_is_at_once_to_every_address_and_the_same_job_again_writes_nothing() -> None:
    here = world.build()
    reception(here, MailFrequency.EACH, "un@exemple.example", "deux@exemple.example")
    case, _ = deposits.deposited(here)
    commands.alert_recipients(folder=case.folder_id)
    assert (len(written("un@exemple.example")), len(written("deux@exemple.example"))) == (1, 1)


def test_none_writes_nothing() -> None:
    here = world.build()
    reception(here, MailFrequency.NONE)
    deposits.deposited(here)
    assert written() == []
    assert not MailAlert.objects.exists()


def test_what_was_acknowledged_before_the_digest_is_no_news() -> None:
    here = world.build()
    reception(here, MailFrequency.DAILY)
    with time_machine.travel(MONDAY_10, tick=False) as clock:
        deposits.deposited(here)
        commands.acknowledge(notification_id=Notification.objects.get().id, actor=here.as_agent)
        clock.move_to(datetime(2027, 3, 2, 10, tzinfo=UTC))
        assert (commands.send_digests(), written()) == (0, [])


def test_mails_and_their_note_exist_together_or_not_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    here = world.build()
    reception(here, MailFrequency.DAILY)

    def crash(_alerts: object) -> None:
        raise KeyboardInterrupt

    with time_machine.travel(MONDAY_10, tick=False) as clock:
        deposits.deposited(here)
        clock.move_to(datetime(2027, 3, 2, 10, tzinfo=UTC))
        with monkeypatch.context() as broken:
            broken.setattr("parvis.exchange.commands.alerts._note_told", crash)
            with pytest.raises(KeyboardInterrupt):
                commands.send_digests()
        assert written() == []
        assert commands.send_digests() == 1
        assert len(written()) == 1
