"""Tables of the access context."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from parvis.access.enums import EVERY_PROCESS, Action, PrincipalKind
from parvis.core.clock import now
from parvis.core.ids import new_id


class Grant(models.Model):
    """A right: this principal may do these actions for this organisation on this process, until then."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    principal_kind = models.CharField(max_length=10, choices=PrincipalKind.choices)
    principal_id = models.UUIDField()
    organisation = models.ForeignKey("directory.Organisation", on_delete=models.CASCADE)
    process_code = models.CharField(max_length=30, default=EVERY_PROCESS)
    actions = ArrayField(models.CharField(max_length=30, choices=Action.choices))
    valid_from = models.DateTimeField(default=now)
    valid_to = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    granted_by = models.CharField(max_length=60)
    created_at = models.DateTimeField(default=now, editable=False)

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(valid_to=None) | Q(valid_to__gt=F("valid_from")), name="grant_dates"),
            models.CheckConstraint(condition=~Q(actions=[]), name="grant_allows_something"),
        )
        indexes = (models.Index(fields=("principal_kind", "principal_id"), name="grant_principal"),)

    def __str__(self) -> str:
        return f"{self.principal_kind} {self.principal_id}: {', '.join(self.actions)}"
