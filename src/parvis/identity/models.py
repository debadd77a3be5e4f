"""Tables of the identity context."""

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Lower

from parvis.core.clock import now
from parvis.core.ids import new_id


class AccountManager(BaseUserManager["Account"]):
    """Creates accounts through Django's password hashing."""

    def create_user(self, email: str | None, password: str | None = None, **fields: str) -> "Account":
        """Create an account able to sign in. E-mail addresses are compared without case.

        Without address nor password, only a provider (FranceConnect, ProConnect) opens it.
        """
        account = self.model(email=email.strip().lower() if email else None, **fields)
        account.set_password(password)
        account.save(using=self._db)
        return account


class Account(AbstractBaseUser):
    """One person. A citizen and an agent are the same kind of account: what they may do comes from grants."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    # None until the person has proved an address to us: what a provider says of it is nobody's proof.
    email = models.EmailField(unique=True, null=True)  # noqa: DJ001 - several accounts have none; "" would clash
    first_name = models.CharField(max_length=100, blank=True)
    last_name = models.CharField(max_length=100, blank=True)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(default=now, editable=False)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects: ClassVar[AccountManager] = AccountManager()

    class Meta:
        constraints = (models.UniqueConstraint(Lower("email"), name="account_email_unique_nocase"),)

    def __str__(self) -> str:
        return self.full_name or self.email or str(self.id)

    @property
    def full_name(self) -> str:
        """First name and last name, empty when the person gave none."""
        return f"{self.first_name} {self.last_name}".strip()


class MachineClient(models.Model):
    """A program that calls the API with its own credential (OAuth 2.0 client credentials, RFC 6749 §4.4)."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(max_length=200)
    client_id = models.CharField(max_length=64, unique=True)
    secret_digest = models.BinaryField(max_length=32)
    # The secret before the last rotation, still accepted until its day: callers change keys without an outage.
    former_digest = models.BinaryField(max_length=32, null=True, blank=True)
    former_until = models.DateTimeField(null=True, blank=True)
    scopes = ArrayField(models.CharField(max_length=10))
    created_at = models.DateTimeField(default=now, editable=False)
    revoked_at = models.DateTimeField(null=True, blank=True)
    # Cut by the hub until an operator has looked: its behaviour left its own profile.
    suspended_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.name


class AccessToken(models.Model):
    """A bearer token, known by its digest only: a copy of the table opens nothing."""

    digest = models.BinaryField(primary_key=True, max_length=32)
    client = models.ForeignKey(MachineClient, on_delete=models.CASCADE)
    scope = models.CharField(max_length=10)
    expires_at = models.DateTimeField(db_index=True)
    # What its bearer must prove to hold (RFC 7800 ``cnf``): a certificate, a DPoP key; nothing for most.
    bound_to = models.JSONField(null=True, blank=True)

    def __str__(self) -> str:
        return f"token of {self.client_id}"


class FederatedIdentity(models.Model):
    """What a provider knows a person by. The pair (issuer, sub) is the only key: an e-mail address never is."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="federated")
    provider = models.CharField(max_length=40)
    kind = models.CharField(max_length=20)
    issuer = models.CharField(max_length=300)
    sub = models.CharField(max_length=255)
    # The civil identity certified by the State (FranceConnect), or what an agent's provider declares of their post.
    claims = models.JSONField(default=dict)
    linked_at = models.DateTimeField(default=now, editable=False)
    used_at = models.DateTimeField(default=now, editable=False)

    class Meta:
        constraints = (models.UniqueConstraint("issuer", "sub", "provider", name="federated_identity_unique"),)

    def __str__(self) -> str:
        return f"{self.provider} of {self.account_id}"


class SignInAttempt(models.Model):
    """A person sent to a provider and awaited back: by the same browser, once, within ten minutes."""

    state_digest = models.BinaryField(primary_key=True, max_length=32)
    browser_digest = models.BinaryField(max_length=32)
    provider = models.CharField(max_length=40)
    nonce = models.CharField(max_length=64)
    verifier = models.CharField(max_length=64, blank=True)
    acr = models.CharField(max_length=20, blank=True)
    # Whose account the identity will be added to; empty when it is to open a session.
    link_to = models.ForeignKey(Account, on_delete=models.CASCADE, null=True, blank=True)
    # Which identity of that account the new one takes the place of, after a change of civil identity.
    replaces = models.ForeignKey(FederatedIdentity, on_delete=models.CASCADE, null=True, blank=True)
    next_page = models.CharField(max_length=500, blank=True)
    expires_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"attempt with {self.provider}"


class AssurancePolicy(models.Model):
    """What one action of one service asks of a session; takes the place of the default of `assurance.DEFAULTS`."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    service = models.CharField(max_length=60, default="*")
    action = models.CharField(max_length=60)
    min_identity = models.PositiveSmallIntegerField(default=0)
    min_authn = models.PositiveSmallIntegerField(default=0)
    min_org = models.PositiveSmallIntegerField(default=0)
    max_auth_age_s = models.PositiveIntegerField(default=0)  # 0: whenever it was

    class Meta:
        constraints = (
            models.UniqueConstraint("service", "action", name="assurance_policy_unique"),
            models.CheckConstraint(
                condition=models.Q(min_identity__lte=3, min_authn__lte=3, min_org__lte=2), name="assurance_policy_scale"
            ),
        )

    def __str__(self) -> str:
        return f"{self.service} {self.action}"


class SuspendedRequest(models.Model):
    """A form interrupted by a step-up: sealed, for one session and one account, once, for fifteen minutes."""

    key_digest = models.BinaryField(primary_key=True, max_length=32)
    account = models.ForeignKey(Account, on_delete=models.CASCADE)
    sealed = models.BinaryField()
    expires_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"suspended request of {self.account_id}"


class OpenSession(models.Model):
    """A browser signed in to an account, for its owner to see and to sign out from afar."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="open_sessions")
    session_key = models.CharField(max_length=40, unique=True)
    device = models.CharField(max_length=300, blank=True)  # as the browser says: nobody's proof
    opened_at = models.DateTimeField(default=now, editable=False)
    seen_at = models.DateTimeField(default=now)

    def __str__(self) -> str:
        return f"session of {self.account_id}"


from parvis.identity.cards.models import *  # noqa: E402, F403 - Django looks for tables here
from parvis.identity.provider.models import *  # noqa: E402, F403 - same
