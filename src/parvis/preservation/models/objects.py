"""What is known of the objects: where they are, what was found of them."""

from django.db import models
from django.db.models import Q

from parvis.core.clock import now
from parvis.core.ids import new_id
from parvis.preservation.enums import DamageKind, LinkKind, SiteName


class StoredObject(models.Model):
    """An object kept for ever. ``address`` is the SHA-256 of its sealed bytes, ``sha256`` that of its content.

    ``replicated_at`` is when the other site was seen to hold it, none before.
    """

    address = models.BinaryField(primary_key=True, max_length=32)
    sha256 = models.BinaryField(max_length=32, unique=True)
    size = models.BigIntegerField()
    sealed_size = models.BigIntegerField()
    mime = models.CharField(max_length=60)
    created_at = models.DateTimeField(default=now, editable=False)
    replicated_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = (models.CheckConstraint(condition=Q(size__gte=0, sealed_size__gt=0), name="object_sizes"),)
        indexes = (
            models.Index(fields=("created_at",), condition=Q(replicated_at=None), name="object_to_replicate"),
            models.Index(fields=("mime",), name="object_mime"),
        )

    def __str__(self) -> str:
        return bytes(self.address).hex()


class Link(models.Model):
    """One link of a register's chain: an object that holds entries ``first`` to ``last`` - 1, or a deposit's state.

    The chain alone, read on either site, gives the register back; each link names the one before it.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    register = models.ForeignKey("preservation.Register", on_delete=models.PROTECT, related_name="links")
    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=10, choices=LinkKind.choices)
    first = models.PositiveIntegerField(default=0)
    last = models.PositiveIntegerField(default=0)
    address = models.BinaryField(max_length=32)
    created_at = models.DateTimeField(default=now, editable=False)
    replicated_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("register", "number"), name="link_number_once"),)
        indexes = (models.Index(fields=("created_at",), condition=Q(replicated_at=None), name="link_to_replicate"),)

    def __str__(self) -> str:
        return f"{self.register_id} {self.number}"


class FixityRun(models.Model):
    """One pass over all the objects of a site. ``cursor`` is the last one read: a pass cut short goes on from there."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    site = models.CharField(max_length=10, choices=SiteName.choices)
    cursor = models.BinaryField(max_length=32, default=b"")
    count = models.BigIntegerField(default=0)
    octets = models.BigIntegerField(default=0)
    damaged = models.BigIntegerField(default=0)
    repaired = models.BigIntegerField(default=0)
    started_at = models.DateTimeField(default=now, editable=False)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("site",), condition=Q(ended_at=None), name="fixity_one_pass_a_site"),
        )

    def __str__(self) -> str:
        return f"{self.site} {self.started_at}"


class Damage(models.Model):
    """An object found bad or missing on a site. Without ``repaired_at`` it still is: an alarm."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    address = models.BinaryField(max_length=32)
    site = models.CharField(max_length=10, choices=SiteName.choices)
    kind = models.CharField(max_length=10, choices=DamageKind.choices)
    found_at = models.DateTimeField(default=now, editable=False)
    repaired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("address", "site"), condition=Q(repaired_at=None), name="damage_open_once"),
        )

    def __str__(self) -> str:
        return f"{self.site} {bytes(self.address).hex()}: {self.kind}"
