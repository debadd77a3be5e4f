"""What is new for an organisation, and how it is told: asked for, by mail, by webhook."""

from django.db import models
from django.db.models import F, Q

from parvis.core.clock import now
from parvis.core.ids import new_id
from parvis.exchange.enums import WebhookState
from parvis.exchange.models.folders import Case, Event
from parvis.exchange.models.subscriptions import Subscription


class Notification(models.Model):
    """Something new for an organisation to fetch. It is deleted when acknowledged."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    recipient = models.ForeignKey("directory.Organisation", on_delete=models.CASCADE, related_name="+")
    transmitter = models.ForeignKey("directory.Organisation", on_delete=models.CASCADE, related_name="+")
    process = models.ForeignKey("catalogue.Process", on_delete=models.CASCADE)
    case = models.ForeignKey(Case, on_delete=models.CASCADE)
    event = models.ForeignKey(Event, on_delete=models.CASCADE, null=True, blank=True)
    at = models.DateTimeField(default=now)

    class Meta:
        indexes = (models.Index(fields=("recipient", "id"), name="notification_queue"),)
        constraints = (
            models.CheckConstraint(condition=~Q(recipient=F("transmitter")), name="notification_to_the_other_side"),
        )

    def __str__(self) -> str:
        return f"{self.recipient_id} ← {self.case_id}"


class MailAlert(models.Model):
    """A notification that its recipient is to be written about: at once, or in the next digest.

    It goes with its notification: what has been fetched and acknowledged is no longer news.
    """

    notification = models.OneToOneField(Notification, on_delete=models.CASCADE, primary_key=True)
    subscription = models.ForeignKey(Subscription, on_delete=models.CASCADE)
    told_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = (models.Index(fields=("subscription",), condition=Q(told_at=None), name="mail_alert_untold"),)

    def __str__(self) -> str:
        return f"{self.subscription_id} ← {self.notification_id}"


class WebhookEndpoint(models.Model):
    """Where a program wants to be told of what is new, instead of asking."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organisation = models.ForeignKey("directory.Organisation", on_delete=models.CASCADE)
    process_code = models.CharField(max_length=30, default="*")
    url = models.URLField(max_length=500)
    # Needed in clear to sign; shown once to its owner.
    secret = models.CharField(max_length=64)
    created_at = models.DateTimeField(default=now, editable=False)

    def __str__(self) -> str:
        return self.url


class WebhookDelivery(models.Model):
    """One notification on its way to one endpoint."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    endpoint = models.ForeignKey(WebhookEndpoint, on_delete=models.CASCADE, related_name="deliveries")
    notification_id = models.UUIDField()
    payload = models.TextField()
    state = models.CharField(max_length=10, choices=WebhookState.choices, default=WebhookState.WAITING)
    attempts = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(default=now, editable=False)
    delivered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("endpoint", "notification_id"), name="webhook_once_per_notification"),
        )

    def __str__(self) -> str:
        return f"{self.endpoint_id} ← {self.notification_id}"


class WebhookAttempt(models.Model):
    """One try, as it went: what the other side answered, or why it could not."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    delivery = models.ForeignKey(WebhookDelivery, on_delete=models.CASCADE, related_name="tries")
    at = models.DateTimeField(default=now)
    status = models.PositiveIntegerField(null=True, blank=True)
    error = models.CharField(max_length=300, blank=True)
    milliseconds = models.PositiveIntegerField()

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return f"{self.status or self.error}"
