"""Tables of the provider: its keys, its clients, pseudonyms, consents, codes and tokens (digests only)."""

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from parvis.core.clock import now
from parvis.core.ids import new_id
from parvis.identity.provider.words import AuthMethod, KeyState, PseudonymState


def _words(length: int) -> Any:
    return ArrayField(models.CharField(max_length=length), default=list)


class SigningKey(models.Model):
    """A key that signs ID tokens and logout tokens. The private part is sealed with the installation's secret."""

    kid = models.CharField(primary_key=True, max_length=64)
    public = models.JSONField()
    sealed = models.BinaryField()
    state = models.CharField(max_length=10)
    created_at = models.DateTimeField(default=now, editable=False)
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = (
            # One that signs and one announced; retired ones are as many as they must be.
            models.UniqueConstraint(
                fields=("state",), condition=~Q(state=KeyState.RETIRED), name="signing_key_one_a_state"
            ),
        )

    def __str__(self) -> str:
        return f"{self.kid} {self.state}"


class RelyingParty(models.Model):
    """A town's site, or another program, that relies on us.

    ``sector`` groups the sites that may know one person by one pseudonym: one a town, never a host name.
    ``organisation`` is an organisation of the directory. ``audiences`` are the clients, beside itself, that may ask
    what its access tokens say. ``machine`` is the key whose rights it takes for the API by client credentials.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    client_id = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=120)
    purpose = models.CharField(max_length=300)
    organisation = models.UUIDField()
    sector = models.CharField(max_length=64, db_index=True)
    auth_method = models.CharField(max_length=24)
    secret_digest = models.BinaryField(max_length=32, null=True, blank=True)
    jwks = models.JSONField(null=True, blank=True)
    jwks_uri = models.CharField(max_length=500, blank=True)
    tls_subject = models.CharField(max_length=500, blank=True)
    redirect_uris = _words(500)
    post_logout_redirect_uris = _words(500)
    backchannel_logout_uri = models.CharField(max_length=500, blank=True)
    scopes = _words(30)
    audiences = _words(64)
    machine = models.ForeignKey("identity.MachineClient", on_delete=models.SET_NULL, null=True, blank=True)
    require_par = models.BooleanField(default=False)
    dpop_bound = models.BooleanField(default=False)
    tls_bound = models.BooleanField(default=False)
    min_acr = models.CharField(max_length=20, blank=True)
    created_at = models.DateTimeField(default=now, editable=False)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=~Q(auth_method=AuthMethod.SECRET) | Q(secret_digest__isnull=False),
                name="relying_party_has_its_secret",
            ),
        )

    def __str__(self) -> str:
        return self.name


class Consent(models.Model):
    """What a person agreed that a client receives. Withdrawn, it stays as the trace of what was agreed."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    account = models.ForeignKey("identity.Account", on_delete=models.CASCADE)
    client = models.ForeignKey(RelyingParty, on_delete=models.CASCADE)
    scopes = _words(30)
    purpose = models.CharField(max_length=300)
    given_at = models.DateTimeField(default=now, editable=False)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("account", "client"), condition=Q(withdrawn_at=None), name="consent_one_at_a_time"
            ),
        )

    def __str__(self) -> str:
        return f"{self.account_id} to {self.client_id}"


class Pseudonym(models.Model):
    """How one sector knows one person: 128 random bits. Unlinked, the row stays so that it is never given again."""

    sub = models.CharField(primary_key=True, max_length=32)
    # The account may disappear: the tombstone does not.
    account = models.ForeignKey("identity.Account", on_delete=models.SET_NULL, null=True)
    sector = models.CharField(max_length=64)
    state = models.CharField(max_length=10, default=PseudonymState.LINKED)
    consent = models.ForeignKey(Consent, on_delete=models.SET_NULL, null=True)
    linked_at = models.DateTimeField(default=now, editable=False)
    unlinked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("account", "sector"), condition=Q(state=PseudonymState.LINKED), name="pseudonym_one_a_sector"
            ),
        )

    def __str__(self) -> str:
        return f"{self.sub} in {self.sector}"


class PushedRequest(models.Model):
    """An authorization request that a client sent us directly (RFC 9126): used once, within a minute and a half."""

    digest = models.BinaryField(primary_key=True, max_length=32)
    client = models.ForeignKey(RelyingParty, on_delete=models.CASCADE)
    params = models.JSONField()
    expires_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"request of {self.client_id}"


class Authorisation(models.Model):
    """One answer to one authorization request: a code, then every token issued from it. Revoked as one."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    client = models.ForeignKey(RelyingParty, on_delete=models.CASCADE)
    account = models.ForeignKey("identity.Account", on_delete=models.CASCADE)
    sub = models.CharField(max_length=32, db_index=True)
    session = models.UUIDField(db_index=True)  # the browser signed in, as `OpenSession` names it
    sid = models.CharField(max_length=43)
    scopes = _words(30)
    nonce = models.CharField(max_length=512, blank=True)
    acr = models.CharField(max_length=20)
    amr = _words(10)
    auth_time = models.BigIntegerField()  # seconds since 1970, as told to this sector
    redirect_uri = models.CharField(max_length=500)
    challenge = models.CharField(max_length=43)
    dpop_jkt = models.CharField(max_length=43, blank=True)
    code_digest = models.BinaryField(max_length=32, unique=True)
    code_expires_at = models.DateTimeField()
    code_used_at = models.DateTimeField(null=True, blank=True)
    refresh_until = models.DateTimeField()  # whatever happens, nothing is refreshed after that
    created_at = models.DateTimeField(default=now, editable=False)
    revoked_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"authorisation {self.id}"


class ProviderToken(models.Model):
    """An access or refresh token, known by its digest only. ``bound_to`` is its confirmation (RFC 7800 ``cnf``)."""

    digest = models.BinaryField(primary_key=True, max_length=32)
    authorisation = models.ForeignKey(Authorisation, on_delete=models.CASCADE, related_name="tokens")
    kind = models.CharField(max_length=10)
    bound_to = models.JSONField(default=dict)
    expires_at = models.DateTimeField(db_index=True)
    issued_at = models.DateTimeField(default=now, editable=False)
    used_at = models.DateTimeField(null=True, blank=True)  # a refresh token serves once

    def __str__(self) -> str:
        return f"{self.kind} token of {self.authorisation_id}"


class SeenProof(models.Model):
    """A proof (client assertion, DPoP) already shown: a second showing is refused, on whichever node it comes."""

    digest = models.BinaryField(primary_key=True, max_length=32)
    expires_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"proof until {self.expires_at}"


class Told(models.Model):
    """Which information a client has received of a person, since when and last when."""

    id = models.BigAutoField(primary_key=True)
    account = models.ForeignKey("identity.Account", on_delete=models.CASCADE)
    client = models.ForeignKey(RelyingParty, on_delete=models.CASCADE)
    claim = models.CharField(max_length=30)
    first_at = models.DateTimeField(default=now, editable=False)
    last_at = models.DateTimeField(default=now)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("account", "client", "claim"), name="told_once"),)

    def __str__(self) -> str:
        return f"{self.claim} to {self.client_id}"


class LogoutNotice(models.Model):
    """A client to be told that a person's session ended with us (OpenID Connect Back-Channel Logout 1.0)."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    account = models.ForeignKey("identity.Account", on_delete=models.CASCADE)
    client = models.ForeignKey(RelyingParty, on_delete=models.CASCADE)
    sub = models.CharField(max_length=32)
    sid = models.CharField(max_length=43, blank=True)
    why = models.CharField(max_length=20)
    created_at = models.DateTimeField(default=now, editable=False)
    told_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    last_error = models.CharField(max_length=300, blank=True)

    def __str__(self) -> str:
        return f"logout notice to {self.client_id}"
