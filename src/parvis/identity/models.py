"""Tables of the identity context."""

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower

from parvis.core.clock import now
from parvis.core.ids import new_id


class AccountManager(BaseUserManager["Account"]):
    """Creates accounts through Django's password hashing."""

    def create_user(self, email: str, password: str | None = None, **fields: str) -> "Account":
        """Create an account able to sign in. E-mail addresses are compared without case."""
        account = self.model(email=email.strip().lower(), **fields)
        account.set_password(password)
        account.save(using=self._db)
        return account


class Account(AbstractBaseUser):
    """One person. A citizen and an agent are the same kind of account: what they may do comes from grants."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    email = models.EmailField(unique=True)
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
        return self.full_name or self.email

    @property
    def full_name(self) -> str:
        """First name and last name, empty when the person gave none."""
        return f"{self.first_name} {self.last_name}".strip()
