"""Tables of sign-in by card."""

from django.db import models

from parvis.core.clock import now
from parvis.core.ids import new_id


class AgentCard(models.Model):
    """A card that opens an account: the pair (issuer, serial) and the fingerprint must both match."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    account = models.ForeignKey("identity.Account", models.CASCADE, related_name="cards")
    issuer = models.CharField(max_length=500)
    serial = models.CharField(max_length=64)
    sha256 = models.CharField(max_length=64, unique=True)
    subject = models.CharField(max_length=500)
    level = models.CharField(max_length=10)
    not_after = models.DateTimeField()
    linked_at = models.DateTimeField(default=now, editable=False)
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("issuer", "serial"), name="agent_card_issuer_serial"),)

    def __str__(self) -> str:
        return self.subject
