"""Officers' keys and certificates. The keys themselves are in the signer."""

from django.db import models
from django.db.models import F, Q

from parvis.core.clock import now
from parvis.core.ids import new_id
from parvis.signing.enums import CertificateState, RevocationReason


class SigningKey(models.Model):
    """A key of an officer for an organisation. ``name`` is the signer's own; ``backend`` says where it is."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organisation = models.ForeignKey("directory.Organisation", on_delete=models.PROTECT)
    holder = models.ForeignKey("identity.Account", on_delete=models.PROTECT)
    name = models.CharField(max_length=64, unique=True)
    kind = models.CharField(max_length=10)
    backend = models.CharField(max_length=10)
    created_at = models.DateTimeField(default=now, editable=False)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("organisation", "holder"), name="signingkey_once_per_holder"),)

    def __str__(self) -> str:
        return self.name


class SigningCertificate(models.Model):
    """A certificate of a key: ``pem`` is its own, ``chain`` those that lead to a root, in PEM."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    key = models.ForeignKey(SigningKey, on_delete=models.PROTECT, related_name="certificates")
    serial = models.CharField(max_length=40)
    issuer = models.CharField(max_length=200)
    subject = models.CharField(max_length=200)
    pem = models.TextField()
    chain = models.TextField()
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=CertificateState.choices, default=CertificateState.ACTIVE)
    revoked_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(max_length=30, choices=RevocationReason.choices, blank=True)
    # When its holder was last written to because it ends soon.
    reminded_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=now, editable=False)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("issuer", "serial"), name="certificate_serial_once"),
            models.UniqueConstraint(fields=("key",), condition=Q(state="active"), name="certificate_one_active"),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="certificate_dates"),
            models.CheckConstraint(
                condition=Q(state="revoked", revoked_at__isnull=False) | ~Q(state="revoked"),
                name="certificate_revoked_when",
            ),
        )

    def __str__(self) -> str:
        return f"{self.subject} ({self.state})"
