"""Tables of the documents context."""

from django.db import models

from parvis.core.clock import now
from parvis.core.ids import new_id


class StoredFile(models.Model):
    """The content of one document. Its bytes live in the store under ``id``; the row is its proof of identity."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    sha256 = models.BinaryField(max_length=32)
    size = models.BigIntegerField()
    mime = models.CharField(max_length=100)
    created_at = models.DateTimeField(default=now, editable=False)

    class Meta:
        constraints = (models.CheckConstraint(condition=models.Q(size__gt=0), name="storedfile_not_empty"),)

    def __str__(self) -> str:
        return f"{self.mime}, {self.size} bytes"
