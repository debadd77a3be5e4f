"""Writes of the notifications context."""

from uuid import UUID

from django.core.mail import EmailMessage
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import translation

from parvis.core import outbox
from parvis.core.clock import now
from parvis.notifications.enums import MessageState
from parvis.notifications.models import Message


def write_mail(*, to: str, template: str, context: dict[str, object]) -> UUID | None:
    """Write an e-mail within the caller's transaction; a worker sends it after commit.

    The first line of the template is the subject, the rest the body. In French, whatever the language of the page that
    caused it: the recipient's own is not known. Return the message's id, or None when there is
    no address: an organisation may have chosen to receive no mail.
    """
    if not to:
        return None
    with translation.override("fr"):
        subject, _, body = render_to_string(template, context).strip().partition("\n")
    message = Message(recipient=to, subject=" ".join(subject.split())[:200], body=body.strip() + "\n")
    message.save(force_insert=True)
    outbox.send("notifications.deliver", message=message.id)
    return message.id


def deliver(*, message: UUID) -> None:
    """Send one message. Raise whatever the mail server raises, so that the job is retried; the row keeps the reason.

    The row is locked meanwhile: two workers holding the same job (a stalled one given back) send one mail. A crash
    between the server's acceptance and our commit sends it again with the same Message-ID, which mailboxes merge.
    """
    try:
        with transaction.atomic(durable=True):
            row = Message.objects.select_for_update().filter(id=message).first()
            if row is None or row.state == MessageState.SENT:
                return
            _send(row)
            Message.objects.filter(id=message).update(state=MessageState.SENT, sent_at=now(), last_error="")
    except Exception as error:
        Message.objects.filter(id=message).update(state=MessageState.FAILED, last_error=str(error)[:300])
        raise


def _send(row: Message) -> None:
    headers = {"Message-ID": f"<{row.id}@parvis>"}
    EmailMessage(row.subject, row.body, to=[row.recipient], headers=headers).send()
