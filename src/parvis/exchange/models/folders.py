"""A deposit is a folder, with one case per recipient; events and documents hang from them.

The tenant of a case, and of all that hangs from it, is its recipient; the tenant of a folder is its depositor.
"""

from django.db import models
from django.db.models import Q

from parvis.catalogue.enums import CaseStatus
from parvis.core.clock import now
from parvis.core.ids import new_id
from parvis.exchange.enums import AttachmentState, EventState, EventType, SignatureVerdict


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
    # The service of the recipient in whose hands it is (the migration keeps it among the recipient's own).
    unit = models.ForeignKey("directory.Unit", on_delete=models.PROTECT, null=True, blank=True)
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
        # The inbox: one recipient's cases, by state, newest first. With the folder, which the row policy reads: without
        # it a count would have to visit every row (measured: four times as long).
        indexes = (
            models.Index(fields=("recipient", "status", "-created_at"), include=("folder",), name="case_inbox_policy"),
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
    # Of the bytes of those times, how many were not asked for yet: ranges take from them before they count again.
    bytes_left = models.BigIntegerField(default=0, db_default=0)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("attachment", "case"), name="attachment_recipient_once"),)

    def __str__(self) -> str:
        return f"{self.attachment_id} → {self.case_id}"


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
