"""A document on its way to a signature."""

from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from parvis.core.clock import now
from parvis.core.ids import new_id
from parvis.signing.enums import Form, ItemState, StepKind, StepState


class Item(models.Model):
    """A document submitted to a circuit. ``officer`` is whose turn it is, none when it is finished.

    ``document`` is a file of the documents context, ``sha256`` its digest when it was submitted or last signed.
    ``source`` and ``reference`` are the submitting context's: the same pair is never submitted twice.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organisation = models.ForeignKey("directory.Organisation", on_delete=models.PROTECT)
    circuit = models.ForeignKey("signing.Circuit", on_delete=models.PROTECT)
    title = models.CharField(max_length=200)
    source = models.CharField(max_length=40)
    reference = models.CharField(max_length=100)
    form = models.CharField(max_length=20, choices=[(one.value, one.value) for one in Form])
    file_name = models.CharField(max_length=200)
    document = models.UUIDField()
    sha256 = models.BinaryField(max_length=32)
    size = models.BigIntegerField()
    state = models.CharField(max_length=10, choices=ItemState.choices)
    position = models.PositiveSmallIntegerField(default=0)
    officer = models.ForeignKey("identity.Account", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    # Who sent it: an account to tell, or none when a context did.
    submitter = models.ForeignKey(
        "identity.Account", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    # Whose step it is now, and who has one: other organisations than the sender's, none in most circuits.
    desk = models.ForeignKey(
        "directory.Organisation", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    partners = ArrayField(models.UUIDField(), null=True, blank=True)
    due_on = models.DateField(null=True, blank=True)
    reason = models.CharField(max_length=1000, blank=True)
    signature = models.UUIDField(null=True, blank=True)
    created_at = models.DateTimeField(default=now, editable=False)
    changed_at = models.DateTimeField(default=now)
    reminded_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("organisation", "source", "reference"), name="item_reference_once"),
            models.CheckConstraint(
                condition=Q(state__in=("to_visa", "to_sign", "signing"), officer__isnull=False)
                | Q(state__in=("signed", "returned", "refused", "withdrawn"), officer__isnull=True),
                name="item_someone_is_asked",
            ),
        )
        indexes = (
            models.Index(fields=("officer", "state", "id"), name="item_queue"),
            models.Index(fields=("organisation", "id"), name="item_organisation"),
            models.Index(fields=("submitter", "id"), name="item_submitter"),
        )

    def __str__(self) -> str:
        return self.title

    @property
    def answering(self) -> UUID:
        """The organisation whose step it is."""
        return self.desk_id or self.organisation_id


class ItemStep(models.Model):
    """One step asked for one document, and what was answered. ``for_absent``: answered in someone's place."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="steps")
    position = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=10, choices=StepKind.choices)
    organisation = models.ForeignKey(
        "directory.Organisation", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    officer = models.ForeignKey("identity.Account", on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=StepState.choices, default=StepState.WAITING)
    done_by = models.ForeignKey("identity.Account", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    done_at = models.DateTimeField(null=True, blank=True)
    comment = models.CharField(max_length=1000, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("item", "position"), name="itemstep_position_once"),
            models.UniqueConstraint(fields=("item",), condition=Q(state="current"), name="itemstep_one_current"),
        )
        ordering = ("position",)

    def __str__(self) -> str:
        return f"{self.position}. {self.kind}: {self.state}"
