"""Tables of the notifications context."""

from django.db import models

from parvis.core.clock import now
from parvis.core.ids import new_id
from parvis.notifications.enums import MessageState


class Message(models.Model):
    """One e-mail to one person, written with the act that causes it and sent after commit."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    recipient = models.EmailField(max_length=320)
    subject = models.CharField(max_length=200)
    body = models.TextField()
    state = models.CharField(max_length=10, choices=MessageState.choices, default=MessageState.QUEUED)
    created_at = models.DateTimeField(default=now, editable=False)
    sent_at = models.DateTimeField(null=True, blank=True)
    last_error = models.CharField(max_length=300, blank=True)

    def __str__(self) -> str:
        return f"{self.subject} → {self.recipient}"
