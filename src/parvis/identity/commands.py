"""Writes of the identity context."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import timedelta
from uuid import UUID

from allauth.account.models import EmailAddress
from django.db import transaction

from parvis.core.actor import Actor
from parvis.core.clock import now
from parvis.core.errors import AbsentError, DomainError
from parvis.identity import open_sessions, rules
from parvis.identity.assurance import Need
from parvis.identity.models import AccessToken, Account, AssurancePolicy, MachineClient
from parvis.identity.provider import notices, registry
from parvis.ledger import commands as ledger

Registration = registry.Registration
Registered = registry.Registered
OVERLAP = timedelta(days=7)
TOKEN_LIFE = timedelta(hours=1)  # HubEE contract V2 (2024): one hour


class BadCredentialsError(DomainError):
    """Unknown client, wrong secret or revoked credential: the caller cannot tell which."""

    status = 401


@dataclass(frozen=True, slots=True)
class NewCredential:
    """A credential at its birth: the only moment the secret is readable."""

    client: UUID
    client_id: str
    secret: str


@dataclass(frozen=True, slots=True)
class IssuedToken:
    """A bearer token and its life in seconds."""

    token: str
    scope: str
    expires_in: int


def register_account(*, email: str, password: str, first_name: str = "", last_name: str = "", actor: Actor) -> Account:
    """Create an account whose e-mail address is already verified, as an administrator or the demo does."""
    with transaction.atomic():
        account = Account.objects.create_user(
            email=email, password=password, first_name=first_name, last_name=last_name
        )
        EmailAddress.objects.create(user=account, email=account.email, verified=True, primary=True)
        ledger.record(actor=actor, action="account.registered", subject=f"account:{account.id}", about=account.id)
    return account


def register_client(*, name: str, scopes: list[str], actor: Actor) -> NewCredential:
    """Create a machine client. The secret is returned once and cannot be read again."""
    secret = rules.new_secret()
    with transaction.atomic():
        client = MachineClient(name=name, secret_digest=rules.digest(secret), scopes=scopes)
        client.client_id = str(client.id)
        client.save(force_insert=True)
        ledger.record(actor=actor, action="client.registered", subject=f"client:{client.id}", details={"name": name})
    return NewCredential(client.id, client.client_id, secret)


def rotate_secret(*, client: UUID, actor: Actor) -> NewCredential:
    """Give a credential a new secret. The former one still works for seven days, so that nobody is cut meanwhile."""
    secret = rules.new_secret()
    with transaction.atomic():
        row = MachineClient.objects.select_for_update().filter(id=client, revoked_at=None).first()
        if row is None:
            raise AbsentError("unknown_client", "Cette clé n’existe pas ou a été révoquée.")
        row.former_digest, row.former_until = row.secret_digest, now() + OVERLAP
        row.secret_digest = rules.digest(secret)
        row.save(update_fields=("secret_digest", "former_digest", "former_until"))
        ledger.record(actor=actor, action="client.rotated", subject=f"client:{client}")
    return NewCredential(row.id, row.client_id, secret)


def _opens(client: MachineClient, secret: str) -> bool:
    """Tell whether a secret is the client's, or the one before while the overlap lasts."""
    if rules.matches(secret, bytes(client.secret_digest)):
        return True
    still = client.former_until is not None and client.former_until > now()
    return still and client.former_digest is not None and rules.matches(secret, bytes(client.former_digest))


def revoke_client(*, client: UUID, actor: Actor) -> None:
    """Stop a credential at once: its tokens die with it."""
    with transaction.atomic():
        MachineClient.objects.filter(id=client, revoked_at=None).update(revoked_at=now())
        AccessToken.objects.filter(client_id=client).delete()
        ledger.record(actor=actor, action="client.revoked", subject=f"client:{client}")


def suspend_client(*, client: UUID, actor: Actor) -> None:
    """Cut a credential until an operator lifts the suspension; its tokens die now. Joins the caller's transaction."""
    with transaction.atomic():
        MachineClient.objects.filter(id=client, suspended_at=None).update(suspended_at=now())
        AccessToken.objects.filter(client_id=client).delete()
        ledger.record(actor=actor, action="client.suspended", subject=f"client:{client}")


def lift_suspension(*, client: UUID, actor: Actor) -> None:
    """Let a suspended credential ask for tokens again. Joins the caller's transaction."""
    with transaction.atomic():
        MachineClient.objects.filter(id=client).update(suspended_at=None)
        ledger.record(actor=actor, action="client.suspension_lifted", subject=f"client:{client}")


def issue_token(*, client_id: str, secret: str, scope: str) -> IssuedToken:
    """Exchange a credential for a bearer token. Raise BadCredentialsError, or DomainError when the scope is not its."""
    known = MachineClient.objects.filter(client_id=client_id.replace("\x00", ""), revoked_at=None, suspended_at=None)
    client = known.first()
    if client is None or not _opens(client, secret):
        ledger.record_refusal(
            actor=Actor("anonymous"),
            action="token.issued",
            subject=f"client:{client_id[:64]}",
            details={"code": "bad_credentials"},
        )
        raise BadCredentialsError("invalid_client", "Identifiant ou secret inconnu.")
    chosen = scope or client.scopes[0]
    if chosen not in client.scopes:
        raise DomainError(
            "invalid_scope", "Ce client n’a pas droit à la portée « %(scope)s ».", params={"scope": chosen[:20]}
        )
    return _issued(client, chosen, None)


def issue_bound_token(*, machine: UUID, scope: str, bound_to: Mapping[str, str]) -> IssuedToken | None:
    """Give a machine's token to a client of our provider that proved itself; None when the machine may not call.

    ``bound_to`` is what its bearer will have to prove (RFC 7800 ``cnf``). The caller has checked the scope.
    """
    client = MachineClient.objects.filter(id=machine, revoked_at=None, suspended_at=None).first()
    return _issued(client, scope or client.scopes[0], bound_to) if client else None


def _issued(client: MachineClient, chosen: str, bound_to: Mapping[str, str] | None) -> IssuedToken:
    token = rules.new_secret()
    with transaction.atomic():
        AccessToken.objects.filter(client=client, expires_at__lt=now()).delete()
        AccessToken.objects.create(
            digest=rules.digest(token),
            client=client,
            scope=chosen,
            expires_at=now() + TOKEN_LIFE,
            bound_to=dict(bound_to) if bound_to else None,
        )
        ledger.record(
            actor=Actor("client", client.id, label=client.name),
            action="token.issued",
            subject=f"client:{client.id}",
            details={"scope": chosen},
        )
    return IssuedToken(token, chosen, int(TOKEN_LIFE.total_seconds()))


def set_assurance(*, action: str, service: str, need: Need, actor: Actor) -> None:
    """Say what an action of a service (``*``: of every service) asks of a session from now on."""
    with transaction.atomic():
        AssurancePolicy.objects.update_or_create(
            service=service,
            action=action,
            defaults={
                "min_identity": need.identity,
                "min_authn": need.authentication,
                "min_org": need.organisation,
                "max_auth_age_s": need.max_age,
            },
        )
        ledger.record(
            actor=actor, action="assurance.set", subject=f"policy:{service}:{action}", details={"need": asdict(need)}
        )


def register_relying_party(*, wanted: Registration, actor: Actor) -> Registered:
    """Register a site or a program that relies on us. The caller has checked that the actor may."""
    return registry.add_client(wanted=wanted, actor=actor)


def renew_relying_party(*, client: UUID, actor: Actor) -> Registered:
    """Give a site a new secret. The caller has checked that the actor may."""
    return registry.renew_secret(client=client, actor=actor)


def revoke_relying_party(*, client: UUID, actor: Actor) -> None:
    """Stop a site for good. The caller has checked that the actor may."""
    registry.revoke_client(client=client, actor=actor)


def block_account(*, account: UUID, why: str, actor: Actor) -> None:
    """Close an account: nothing opens it, its sessions and every token issued about it die, its towns are told."""
    with transaction.atomic():
        row = _account(account)
        row.is_active = False
        row.save(update_fields=("is_active",))
        notices.end_account(row.id, why="blocked")
        open_sessions.end_all(row.id)
        ledger.record(
            actor=actor, action="account.blocked", subject=f"account:{row.id}", details={"why": why}, about=row.id
        )


def sign_out_account(*, account: UUID | None, actor: Actor) -> None:
    """End every session of an account, or of everybody when it is None; towns are told, tokens of sessions die."""
    with transaction.atomic():
        people = Account.objects.filter(id=account) if account else Account.objects.filter(open_sessions__isnull=False)
        for person in people.distinct():
            open_sessions.end_all(person.id)
            ledger.record(actor=actor, action="session.ended", subject=f"account:{person.id}", about=person.id)


def unblock_account(*, account: UUID, actor: Actor) -> None:
    """Open an account again. What was cut stays cut: its owner signs in anew."""
    with transaction.atomic():
        row = _account(account)
        row.is_active = True
        row.save(update_fields=("is_active",))
        ledger.record(actor=actor, action="account.unblocked", subject=f"account:{row.id}", about=row.id)


def _account(account: UUID) -> Account:
    row = Account.objects.select_for_update().filter(id=account).first()
    if row is None:
        raise AbsentError("unknown_account", "Aucun compte ne porte cet identifiant.")
    return row
