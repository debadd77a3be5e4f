import smtplib

import pytest
from django.core import mail
from django.db import transaction

from parvis.notifications import commands, queries
from parvis.notifications.models import Message
from tests.support import world
from tests.support.deposits import deposited
from tests.support.jobs import run_jobs

pytestmark = pytest.mark.django_db


def written() -> Message:
    with transaction.atomic():
        Message.objects.create(recipient="a@exemple.example", subject="Sujet", body="Corps\n")
    return Message.objects.get()


def test_a_message_is_sent_once() -> None:
    message = written()
    for _ in range(2):
        commands.deliver(message=message.id)
    assert len(mail.outbox) == 1
    assert mail.outbox[0].extra_headers["Message-ID"] == f"<{message.id}@parvis>"
    assert queries.counts_by_state() == {"queued": 0, "sent": 1, "failed": 0}


def test_a_failure_is_kept_and_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    message = written()

    def refuse(*_: object) -> None:
        raise smtplib.SMTPServerDisconnected("bye")

    with monkeypatch.context() as patched:
        patched.setattr("parvis.notifications.commands._send", refuse)
        with pytest.raises(smtplib.SMTPServerDisconnected):
            commands.deliver(message=message.id)
    message.refresh_from_db()
    assert (message.state, message.last_error) == ("failed", "bye")
    commands.deliver(message=message.id)
    message.refresh_from_db()
    assert (message.state, message.last_error) == ("sent", "")


def test_no_address_means_no_message() -> None:
    with transaction.atomic():
        assert commands.write_mail(to="", template="exchange/mail/new_case.txt", context={}) is None
    assert not Message.objects.exists()


def test_mails_hold_no_personal_data_and_no_header_can_be_injected() -> None:
    here = world.build()
    deposited(here)
    assert run_jobs() == []
    texts = [f"{m.subject}{m.body}" for m in mail.outbox if m.to != ["camille@exemple.example"]]
    assert texts
    assert not any("Martin" in text or "Camille" in text for text in texts)
    assert all("\n" not in message.subject for message in mail.outbox)
