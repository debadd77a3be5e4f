"""What the hub remembers of those who call it."""

from django.db import models

from parvis.core.clock import now
from parvis.core.ids import new_id


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
