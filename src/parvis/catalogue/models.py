"""Tables of the catalogue context."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Value
from django.db.models.functions import Now

from parvis.catalogue import words
from parvis.catalogue.enums import CaseStatus, Validation, Workflow

MEGABYTE = 1024 * 1024


def default_alert_days() -> dict[str, int]:
    """Return the days that a case may stay in each state, for a process that says nothing else."""
    return {
        CaseStatus.HUBEE_NOTIFIED: 3,
        CaseStatus.SENT: 7,
        CaseStatus.SI_RECEIVED: 7,
        CaseStatus.IN_PROGRESS: 30,
        CaseStatus.ADD_AWAITING: 30,
        CaseStatus.SI_INTG_ERROR: 1,
    }


class Process(models.Model):
    """A démarche: what travels, in which formats, along which states. Data, never code."""

    code = models.CharField(primary_key=True, max_length=30)
    name = models.CharField(max_length=100)
    description = models.TextField(blank=True)
    legal_basis = models.CharField(max_length=300, blank=True)
    workflow = models.CharField(max_length=30, choices=Workflow.choices)
    attachment_types = ArrayField(models.CharField(max_length=100))
    # What people read instead of a type code; a type without a label is shown as it is.
    attachment_labels = models.JSONField(default=dict, blank=True)
    attachment_formats = ArrayField(models.CharField(max_length=100))
    answer_formats = ArrayField(models.CharField(max_length=100))
    max_attachment_bytes = models.BigIntegerField(default=10 * MEGABYTE)
    messages_allowed = models.BooleanField(default=True)
    messages_with_status = models.BooleanField(default=True)
    depositor = models.CharField(max_length=20, blank=True, help_text="Short name of the usual depositor: DILA, DGS…")
    # The depositor's own number, when it is known; the platform's operator stands for it otherwise.
    depositor_siret = models.CharField(max_length=14, blank=True, db_default="")
    depositor_branch = models.CharField(max_length=10, blank=True, db_default="00000")
    validation = models.CharField(max_length=10, choices=Validation.choices, default=Validation.MANUAL)
    # Retention: a document's bytes go N days after the case reaches the state; then archiving, then deletion.
    status_before_file_deletion = models.CharField(max_length=15, choices=CaseStatus.choices, default=CaseStatus.CLOSED)
    days_before_file_deletion = models.PositiveIntegerField(default=30)
    days_before_archiving = models.PositiveIntegerField(default=60)
    days_before_folder_deletion = models.PositiveIntegerField(default=365)
    # Supervision: days a case may stay in a state before it is late; a state without a number has no limit.
    alert_days = models.JSONField(
        default=default_alert_days, db_default=Value(default_alert_days(), models.JSONField()), blank=True
    )
    # Days after which cases that nobody fetches are a problem to tell.
    unfetched_days = models.PositiveSmallIntegerField(default=3, db_default=3)
    # Minutes during which a mistaken state can be taken back; 0: never.
    undo_minutes = models.PositiveSmallIntegerField(default=10, db_default=10)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    updated_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        ordering = ("code",)

    def __str__(self) -> str:
        return self.name

    @property
    def said_name(self) -> str:
        """The name in the reader's language."""
        return words.said(self.name)

    def said_attachment(self, kind: str) -> str:
        """The name of a type of document in the reader's language; its code when it has no name."""
        return words.said(self.attachment_labels.get(kind, kind))


class OnlineService(models.Model):
    """A téléservice: the citizen's side of a process."""

    code = models.SlugField(primary_key=True, max_length=50)
    process = models.ForeignKey(Process, on_delete=models.PROTECT)
    name = models.CharField(max_length=100)
    summary = models.CharField(max_length=300)
    is_open = models.BooleanField(default=True)

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name

    @property
    def said_name(self) -> str:
        """The name in the reader's language; `name` itself is French, for mails and documents."""
        return words.said(self.name)

    @property
    def said_summary(self) -> str:
        """The summary in the reader's language."""
        return words.said(self.summary)
