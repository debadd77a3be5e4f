"""Answers of cases that an officer signs before they leave."""

from django.db import models
from django.db.models import Q

from parvis.catalogue.enums import CaseStatus
from parvis.core.clock import now
from parvis.core.ids import new_id
from parvis.exchange.enums import ReplyState


class Reply(models.Model):
    """An answer to one case, on its way through the parapheur. ``run`` is the gesture that made it, with its siblings.

    ``document`` is the file that an agent brought; without one, a letter is made of ``subject`` and ``body``.
    ``status`` is the state that the case takes when the signed answer leaves, none to change nothing. ``item`` is the
    document in the parapheur, whose reference there is this row's id.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    run = models.UUIDField()
    case = models.ForeignKey("exchange.Case", on_delete=models.CASCADE, related_name="replies")
    circuit = models.UUIDField()
    subject = models.CharField(max_length=150)
    body = models.TextField(blank=True)
    document = models.UUIDField(null=True, blank=True)
    status = models.CharField(max_length=15, choices=CaseStatus.choices, blank=True)
    state = models.CharField(max_length=10, choices=ReplyState.choices, default=ReplyState.PREPARING)
    sender = models.UUIDField(null=True, blank=True)
    sender_label = models.CharField(max_length=255, blank=True)
    item = models.UUIDField(null=True, blank=True, unique=True)
    event = models.OneToOneField("exchange.Event", on_delete=models.SET_NULL, null=True, blank=True)
    reason = models.CharField(max_length=1000, blank=True)
    created_at = models.DateTimeField(default=now, editable=False)
    changed_at = models.DateTimeField(default=now)

    class Meta:
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(
                fields=("case",),
                condition=Q(state__in=("preparing", "to_sign", "returned")),
                name="reply_open_once_per_case",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=("to_sign", "returned", "delivered")) | Q(item__isnull=False),
                name="reply_signed_has_item",
            ),
        )
        indexes = (models.Index(fields=("run", "state"), name="reply_run"),)

    def __str__(self) -> str:
        return f"{self.subject}: {self.state}"
