"""A list of documents that an officer signs by one confirmation, and what became of each."""

from django.db import models
from django.db.models import Q

from parvis.core.clock import now
from parvis.core.ids import new_id
from parvis.signing.enums import BatchState, EntryState, Level


class SigningBatch(models.Model):
    """A frozen list. ``digest`` is the SHA-256 of it (`keys.authorisation.digest_of`): what is confirmed."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organisation = models.ForeignKey("directory.Organisation", on_delete=models.PROTECT)
    officer = models.ForeignKey("identity.Account", on_delete=models.PROTECT)
    certificate = models.ForeignKey("signing.SigningCertificate", on_delete=models.PROTECT)
    scheme = models.CharField(max_length=20)
    level = models.CharField(max_length=5, choices=Level.choices)
    state = models.CharField(max_length=15, choices=BatchState.choices, default=BatchState.FROZEN)
    digest = models.BinaryField(max_length=32)
    count = models.PositiveIntegerField()
    frozen_at = models.DateTimeField(default=now, editable=False)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    confirmed_by = models.CharField(max_length=60, blank=True)
    authorised_until = models.DateTimeField(null=True, blank=True)
    seal = models.BinaryField(max_length=32, blank=True, default=b"")
    finished_at = models.DateTimeField(null=True, blank=True)
    # Until when the last timestamp of its evidence records can be verified by itself; none before there are any.
    evidence_until = models.DateTimeField(null=True, blank=True)
    evidence_digest = models.CharField(max_length=10, blank=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(state__in=("frozen", "cancelled")) | Q(confirmed_at__isnull=False),
                name="batch_signed_only_if_confirmed",
            ),
            models.CheckConstraint(condition=Q(count__gt=0), name="batch_not_empty"),
        )
        indexes = (models.Index(fields=("officer", "state"), name="batch_officer"),)

    def __str__(self) -> str:
        return f"{self.count} documents, {self.state}"


class BatchEntry(models.Model):
    """One document of a list. ``signature`` is kept as soon as it is made: it is never made twice."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    batch = models.ForeignKey(SigningBatch, on_delete=models.PROTECT, related_name="entries")
    position = models.PositiveIntegerField()
    item = models.ForeignKey("signing.Item", on_delete=models.PROTECT, related_name="entries")
    document = models.UUIDField()
    document_sha256 = models.BinaryField(max_length=32)
    digest = models.BinaryField(max_length=64)
    prepared = models.BinaryField()
    state = models.CharField(max_length=15, choices=EntryState.choices, default=EntryState.PENDING)
    signature = models.BinaryField(null=True, blank=True)
    result = models.UUIDField(null=True, blank=True)
    evidence = models.BinaryField(null=True, blank=True)
    code = models.CharField(max_length=40, blank=True)
    signed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("batch", "position"), name="entry_position_once"),
            models.UniqueConstraint(
                fields=("item",), condition=Q(state__in=("pending", "signed", "waiting_time")), name="entry_open_once"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=("signed", "waiting_time", "done")) | Q(signature__isnull=False),
                name="entry_signed_has_signature",
            ),
            models.CheckConstraint(condition=~Q(state="done") | Q(result__isnull=False), name="entry_done_has_result"),
        )
        ordering = ("position",)

    def __str__(self) -> str:
        return f"{self.position}: {self.state}"
