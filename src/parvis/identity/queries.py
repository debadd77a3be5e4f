"""Reads of the identity context."""

from uuid import UUID

from django.db.models import QuerySet

from parvis.core import sql
from parvis.core.actor import Actor
from parvis.core.clock import now
from parvis.identity import rules
from parvis.identity.federation import settings
from parvis.identity.federation.providers import Audience, Provider
from parvis.identity.models import Account, FederatedIdentity, MachineClient

# At every call of a machine: by hand, see `core.sql`.
_CALLER = """
SELECT client.id, client.name, token.scope
FROM identity_accesstoken token JOIN identity_machineclient client ON client.id = token.client_id
WHERE token.digest = %(digest)s AND token.expires_at > %(now)s
AND client.revoked_at IS NULL AND client.suspended_at IS NULL
"""


def actor_of_token(token: str) -> Actor | None:
    """Return the machine that holds a live token, or None. One query."""
    caller = caller_of_token(token)
    return caller[0] if caller else None


def caller_of_token(token: str) -> tuple[Actor, str] | None:
    """Return the machine that holds a live token and the role it asked for, or None. One query."""
    found = sql.fetch(_CALLER, {"digest": rules.digest(token), "now": now()})
    if not found:
        return None
    ((client, name, scope),) = found
    return Actor("client", client, label=name), scope


def account(account_id: UUID) -> Account | None:
    """Return an account, or None."""
    return Account.objects.filter(id=account_id).first()


def account_by_email(email: str) -> Account | None:
    """Return the account that signs in with this address, or None."""
    return Account.objects.filter(email=email.strip().lower()).first()


def actor_of(account: Account, *, acting_for: UUID | None = None) -> Actor:
    """Return the actor that a signed-in person is."""
    return Actor("account", account.id, acting_for=acting_for, label=str(account))


def sign_in_choices() -> dict[str, list[Provider]]:
    """Return the providers of the sign-in page, by who they are for. No SQL."""
    known = settings.providers()
    return {audience: [one for one in known if one.profile.audience == audience] for audience in Audience}


def identities_of(account_id: UUID) -> list[FederatedIdentity]:
    """Return what providers know this person by, oldest first."""
    return list(FederatedIdentity.objects.filter(account_id=account_id).order_by("linked_at"))


def machine_clients() -> "QuerySet[MachineClient]":
    """Return every key of a program, newest first."""
    return MachineClient.objects.order_by("-id")
