"""Tables of the teleservices context."""

from django.db import models
from django.db.models import Q

from parvis.core.clock import now
from parvis.core.ids import new_id
from parvis.teleservices.enums import RequestState


class Request(models.Model):
    """What a citizen is filling, or has sent. Once sent, the folder of the hub is the truth."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    number = models.CharField(max_length=30, unique=True)
    service = models.ForeignKey("catalogue.OnlineService", on_delete=models.PROTECT)
    account = models.ForeignKey("identity.Account", on_delete=models.CASCADE)
    state = models.CharField(max_length=10, choices=RequestState.choices, default=RequestState.DRAFT)
    # {step: {field: value}}, exactly what the forms cleaned: a draft survives a change of form.
    answers = models.JSONField(default=dict)
    folder = models.OneToOneField("exchange.Folder", on_delete=models.PROTECT, null=True, blank=True)
    created_at = models.DateTimeField(default=now, editable=False)
    updated_at = models.DateTimeField(default=now)
    submitted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = (
            # One request, one folder: a second submit finds the first one's folder or nothing.
            models.CheckConstraint(
                condition=Q(state=RequestState.SUBMITTED, folder__isnull=False)
                | (~Q(state=RequestState.SUBMITTED) & Q(folder__isnull=True)),
                name="request_submitted_iff_folder",
            ),
        )
        indexes = (models.Index(fields=("account", "-updated_at"), name="request_dashboard"),)

    def __str__(self) -> str:
        return self.number


class RequestFile(models.Model):
    """A document attached to a draft. At submission it becomes an attachment of the folder."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    request = models.ForeignKey(Request, on_delete=models.CASCADE, related_name="files")
    kind = models.CharField(max_length=20)
    name = models.CharField(max_length=255)
    file = models.ForeignKey("documents.StoredFile", on_delete=models.PROTECT)

    class Meta:
        ordering = ("id",)
        constraints = (models.UniqueConstraint(fields=("request", "kind"), name="request_file_one_per_kind"),)

    def __str__(self) -> str:
        return self.name
