"""Tables of the exchange context: one deposit is a folder, with one case per recipient.

The tenant of a case, and of all that hangs from it, is its recipient; the tenant of a folder is its depositor.
"""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from parvis.catalogue.enums import CaseStatus
from parvis.core.clock import now
from parvis.core.ids import new_id
from parvis.exchange.enums import (
    AccessMode,
    AttachmentState,
    EventState,
    EventType,
    MailFrequency,
    SignatureVerdict,
    SituationKind,
    SubscriptionState,
    WebhookState,
)


class Subscription(models.Model):
    """An organisation receives a process, from now on, in this way."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    subscriber = models.ForeignKey("directory.Organisation", on_delete=models.PROTECT)
    process = models.ForeignKey("catalogue.Process", on_delete=models.PROTECT)
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


class Folder(models.Model):
    """A deposit (télédossier): what all its recipients share."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    external_id = models.CharField(max_length=30)
    process = models.ForeignKey("catalogue.Process", on_delete=models.PROTECT)
    depositor = models.ForeignKey("directory.Organisation", on_delete=models.PROTECT)
    applicant_account = models.ForeignKey("identity.Account", on_delete=models.SET_NULL, null=True, blank=True)
    applicant_first_name = models.CharField(max_length=255)
    applicant_last_name = models.CharField(max_length=255)
    applicant_email = models.CharField(max_length=320, blank=True)
    fields = models.JSONField(default=dict, blank=True)
    partner_info = models.JSONField(null=True, blank=True)
    status = models.CharField(max_length=15, choices=CaseStatus.choices, default=CaseStatus.HUBEE_RECEIVED)
    created_at = models.DateTimeField(default=now, editable=False)
    updated_at = models.DateTimeField(default=now)
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("depositor", "external_id"), name="folder_external_id_per_depositor"),
        )
        # A depositor's list, newest first.
        indexes = (models.Index(fields=("depositor", "-id"), name="folder_depositor_newest"),)

    def __str__(self) -> str:
        return self.external_id


class Case(models.Model):
    """What one recipient receives of a folder, and what becomes of it there."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    folder = models.ForeignKey(Folder, on_delete=models.CASCADE, related_name="cases")
    recipient = models.ForeignKey("directory.Organisation", on_delete=models.PROTECT)
    process = models.ForeignKey("catalogue.Process", on_delete=models.PROTECT)
    external_id = models.CharField(max_length=100)
    status = models.CharField(max_length=15, choices=CaseStatus.choices, default=CaseStatus.HUBEE_RECEIVED)
    partner_attributes = models.CharField(max_length=1024, blank=True)
    created_at = models.DateTimeField(default=now, editable=False)
    updated_at = models.DateTimeField(default=now)
    sent_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("folder", "recipient"), name="case_one_per_recipient"),
            models.UniqueConstraint(fields=("folder", "external_id"), name="case_external_id"),
        )
        # The inbox: one recipient's cases, by state, newest first.
        indexes = (
            models.Index(fields=("recipient", "status", "-created_at"), name="case_inbox"),
            models.Index(fields=("recipient", "-id"), name="case_recipient_newest"),
        )

    def __str__(self) -> str:
        return self.external_id


class Event(models.Model):
    """Something that happened on a case, or one side's word to the other."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="events")
    transmitter = models.ForeignKey("directory.Organisation", on_delete=models.PROTECT, null=True, blank=True)
    author = models.CharField(max_length=255, blank=True)
    type = models.CharField(max_length=20, choices=EventType.choices)
    message = models.CharField(max_length=1000, blank=True)
    comment = models.CharField(max_length=1000, blank=True)
    present_status = models.CharField(max_length=15, choices=CaseStatus.choices, blank=True)
    new_status = models.CharField(max_length=15, choices=CaseStatus.choices, blank=True)
    # The state that this event took the case out of, as the hub knows it: ``present_status`` is its author's word.
    former_status = models.CharField(max_length=15, choices=CaseStatus.choices, blank=True, db_default="")
    # The mistaken event that this one takes back. Both stay in the story.
    undoes = models.OneToOneField("self", on_delete=models.CASCADE, null=True, blank=True, related_name="undone_by")
    state = models.CharField(max_length=12, choices=EventState.choices, default=EventState.SENT)
    notify = models.BooleanField(default=True)
    partner_attributes = models.CharField(max_length=1024, blank=True)
    partner_info = models.JSONField(null=True, blank=True)
    created_at = models.DateTimeField(default=now, editable=False)
    updated_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return f"{self.type} {self.id}"


class Attachment(models.Model):
    """A document of a folder, or of an event when one side answers with documents."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    folder = models.ForeignKey(Folder, on_delete=models.CASCADE, related_name="attachments")
    event = models.ForeignKey(Event, on_delete=models.CASCADE, null=True, blank=True, related_name="attachments")
    file = models.ForeignKey("documents.StoredFile", on_delete=models.PROTECT, null=True, blank=True)
    type = models.CharField(max_length=100)
    name = models.CharField(max_length=255)
    size = models.BigIntegerField()
    mime = models.CharField(max_length=255)
    state = models.CharField(max_length=9, choices=AttachmentState.choices, default=AttachmentState.PENDING)
    # Empty: nobody signs documents of this type, or its bytes have not come.
    signature = models.CharField(max_length=10, choices=SignatureVerdict.choices, blank=True, db_default="")
    cases = models.ManyToManyField(Case, through="AttachmentRecipient", related_name="attachments")

    class Meta:
        ordering = ("id",)
        constraints = (
            # A document said to be received has its bytes; one still awaited has none.
            models.CheckConstraint(
                condition=Q(file__isnull=False) | ~Q(state=AttachmentState.RECEIVED), name="attachment_has_its_bytes"
            ),
        )

    def __str__(self) -> str:
        return self.name


class AttachmentRecipient(models.Model):
    """Which cases a document of a folder is for."""

    attachment = models.ForeignKey(Attachment, on_delete=models.CASCADE)
    case = models.ForeignKey(Case, on_delete=models.CASCADE)
    # From this day on, this case no longer needs the bytes. They go when no case needs them.
    deletable_from = models.DateField(null=True, blank=True)
    # How many times its recipient's side has taken it: the first times are expected, the others are looked at.
    deliveries = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("attachment", "case"), name="attachment_recipient_once"),)

    def __str__(self) -> str:
        return f"{self.attachment_id} → {self.case_id}"


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


class DownloadBudget(models.Model):
    """How many unexpected downloads a caller may still make. See `breaker`; one row per caller that made any."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    principal = models.CharField(max_length=60, unique=True)
    tokens = models.FloatField()
    mean_per_day = models.FloatField(default=0)
    counted_at = models.DateTimeField(default=now)
    suspended_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.principal}: {self.tokens:.0f}"


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


class UploadPiece(models.Model):
    """A part of a document that comes in several requests, until the last one makes it whole."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    attachment = models.ForeignKey(Attachment, on_delete=models.CASCADE, related_name="pieces")
    offset = models.BigIntegerField()
    size = models.BigIntegerField()
    # Not PROTECT: pieces leave with their file, when the document is whole or its upload forsaken.
    file = models.ForeignKey("documents.StoredFile", on_delete=models.CASCADE)
    created_at = models.DateTimeField(default=now, editable=False)

    class Meta:
        ordering = ("offset",)
        constraints = (models.UniqueConstraint(fields=("attachment", "offset"), name="piece_once_per_offset"),)

    def __str__(self) -> str:
        return f"{self.attachment_id} @ {self.offset}"


class IdempotentAnswer(models.Model):
    """What was answered to a request that carried an ``Idempotency-Key``; without status, its act is under way."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    principal = models.CharField(max_length=60)
    key = models.CharField(max_length=255)
    fingerprint = models.BinaryField(max_length=32)
    status = models.PositiveSmallIntegerField(null=True, blank=True)
    body = models.JSONField(null=True, blank=True)
    created_at = models.DateTimeField(default=now, editable=False, db_index=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("principal", "key"), name="idempotency_key_once"),)

    def __str__(self) -> str:
        return f"{self.principal} {self.key}"
