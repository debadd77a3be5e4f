"""Who receives which process, and how; what is wrong with it, and what is to be written about."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from parvis.core.clock import now
from parvis.core.ids import new_id
from parvis.exchange.enums import AccessMode, MailFrequency, SituationKind, SubscriptionState


class Subscription(models.Model):
    """An organisation receives a process, from now on, in this way."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    subscriber = models.ForeignKey("directory.Organisation", on_delete=models.PROTECT)
    process = models.ForeignKey("catalogue.Process", on_delete=models.PROTECT)
    # The service of the subscriber that handles it: its cases are born there. Empty: the organisation as a whole.
    unit = models.ForeignKey("directory.Unit", on_delete=models.PROTECT, null=True, blank=True)
    state = models.CharField(max_length=10, choices=SubscriptionState.choices, default=SubscriptionState.ACTIVE)
    # Empty until the subscriber has chosen: a subscription validated but not yet activated.
    access_mode = models.CharField(max_length=10, choices=AccessMode.choices, default=AccessMode.PORTAL, blank=True)
    frequency = models.CharField(max_length=15, choices=MailFrequency.choices, default=MailFrequency.EACH)
    emails = ArrayField(models.EmailField(max_length=320), default=list, blank=True)
    datapass_id = models.BigIntegerField(null=True, blank=True)
    local_administrator = models.JSONField(default=dict, blank=True)
    delegation_email = models.CharField(max_length=320, blank=True)
    rejection_reason = models.CharField(max_length=1000, blank=True)
    created_at = models.DateTimeField(default=now, editable=False)
    validated_at = models.DateTimeField(null=True, blank=True)
    activated_at = models.DateTimeField(null=True, blank=True)
    rejected_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    updated_at = models.DateTimeField(default=now)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("subscriber", "process"), name="subscription_once_per_process"),)

    def __str__(self) -> str:
        return f"{self.subscriber_id} ← {self.process_id}"


class Situation(models.Model):
    """Something wrong that lasts, told once when it begins and once when it ends.

    ``kind`` says what (see `enums.SituationKind`); ``subject`` what it is about, as ``subscription:id`` or
    ``process:state:organisation``.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kind = models.CharField(max_length=20, choices=SituationKind.choices)
    subject = models.CharField(max_length=120)
    subscription = models.ForeignKey(Subscription, on_delete=models.CASCADE, null=True, blank=True)
    count = models.PositiveIntegerField(default=0)
    began_at = models.DateTimeField(default=now)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = (
            # One open situation a subject: a second detection tells nobody again.
            models.UniqueConstraint(fields=("kind", "subject"), condition=Q(ended_at=None), name="situation_open_once"),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.subject}"
