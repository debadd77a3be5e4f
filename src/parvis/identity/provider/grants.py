"""Codes and tokens: issued once, rotated, revoked as a family. Only digests are kept."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from parvis.core.actor import Actor
from parvis.core.clock import now
from parvis.identity import rules as secrets
from parvis.identity.provider import rules
from parvis.identity.provider.errors import ProtocolError
from parvis.identity.provider.models import Authorisation, ProviderToken, RelyingParty
from parvis.identity.provider.words import AuthMethod, Scope, TokenKind
from parvis.ledger import commands as ledger

CODE_LIFE = timedelta(seconds=60)
ACCESS_LIFE = timedelta(minutes=10)
REFRESH_LIFE = timedelta(days=14)  # left unused
REFRESH_ABSOLUTE = timedelta(days=90)  # since the person was last there


@dataclass(frozen=True, slots=True)
class Issued:
    """Fresh tokens, the only moment they are readable. ``refresh`` is empty when the person did not allow it."""

    authorisation: Authorisation
    access: str
    refresh: str = ""
    bound_to: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What the person's session says, to be put in tokens."""

    account: UUID
    sub: str
    session: UUID
    sid: str
    acr: str
    amr: Sequence[str]
    auth_time: int


def issue_code(*, client: RelyingParty, asked: Mapping[str, Any], answered: Answered) -> str:
    """Return a code for one answer to one request. ``asked``: scopes, nonce, redirect_uri, challenge, dpop_jkt."""
    code = secrets.new_secret()
    Authorisation.objects.create(
        client=client,
        account_id=answered.account,
        sub=answered.sub,
        session=answered.session,
        sid=answered.sid,
        acr=answered.acr,
        amr=list(answered.amr),
        auth_time=answered.auth_time,
        code_digest=secrets.digest(code),
        code_expires_at=now() + CODE_LIFE,
        refresh_until=now() + REFRESH_ABSOLUTE,
        **asked,
    )
    return code


def redeem(*, client: RelyingParty, code: str, redirect_uri: str, verifier: str, bound_to: Mapping[str, str]) -> Issued:
    """Exchange a code. A code shown twice revokes all that came from it (RFC 9700 §4.5). Raise ProtocolError."""
    with transaction.atomic():
        rows = Authorisation.objects.select_for_update(of=("self",)).select_related("account", "client")
        row = rows.filter(code_digest=secrets.digest(code), client=client).first()
        if row is None:
            refusal = "the code is unknown or is not this client's"
        elif row.code_used_at:  # before any other check: whoever shows it again, it was seen by someone else
            _stolen(row, "provider.code_replayed")
            refusal = "the code was already used: everything issued from it is revoked"
        else:
            refusal = _defect(row, redirect_uri, verifier, bound_to)
        if row and not refusal:
            row.code_used_at = now()
            row.save(update_fields=("code_used_at",))
            return _issued(row, bound_to)
    raise ProtocolError("invalid_grant", description=refusal)


def _defect(row: Authorisation, redirect_uri: str, verifier: str, bound_to: Mapping[str, str]) -> str:
    if row.redirect_uri != redirect_uri:
        return "redirect_uri is not the one the code was sent to"
    if not rules.VERIFIER.fullmatch(verifier) or not rules.same(rules.challenge_of(verifier), row.challenge):
        return "code_verifier does not match"
    if row.dpop_jkt and row.dpop_jkt != bound_to.get("jkt"):
        return "the code is bound to another key"
    if row.code_expires_at <= now():
        return "the code has expired"
    if row.revoked_at or not row.account.is_active:
        return "the authorisation was revoked"
    return ""


def refresh(*, client: RelyingParty, token: str, scope: str, bound_to: Mapping[str, str]) -> Issued:
    """Exchange a refresh token, which serves once: shown again, the whole family dies. Raise ProtocolError."""
    with transaction.atomic():
        held = ProviderToken.objects.select_for_update(of=("self", "authorisation")).select_related(
            "authorisation__account", "authorisation__client"
        )
        row = held.filter(digest=secrets.digest(token), kind=TokenKind.REFRESH, authorisation__client=client).first()
        refusal = "the refresh token is unknown, expired or revoked"
        if row and row.used_at and not row.authorisation.revoked_at:
            _stolen(row.authorisation, "provider.refresh_reused")
        elif row and _is_live(row) and _same_key(row.bound_to, bound_to):
            if set(scope.split()) - set(row.authorisation.scopes):
                raise ProtocolError("invalid_scope", description="scope was not granted by the person")
            row.used_at = now()
            row.save(update_fields=("used_at",))
            return _issued(row.authorisation, bound_to)
    raise ProtocolError("invalid_grant", description=refusal)


def _is_live(row: ProviderToken) -> bool:
    family = row.authorisation
    return (
        row.expires_at > now()
        and family.revoked_at is None
        and family.account.is_active
        and family.client.revoked_at is None
    )


def _same_key(wanted: Mapping[str, str], shown: Mapping[str, str]) -> bool:
    return all(shown.get(name) == value for name, value in wanted.items())


def _issued(row: Authorisation, bound_to: Mapping[str, str]) -> Issued:
    access = secrets.new_secret()
    _keep(row, access, TokenKind.ACCESS, ACCESS_LIFE, bound_to)
    renewed = ""
    if Scope.OFFLINE in row.scopes:
        renewed = secrets.new_secret()
        # A client that proves itself may change its key; one that cannot is held to the key of the first exchange.
        held_to = bound_to if row.client.auth_method == AuthMethod.NONE else {}
        _keep(row, renewed, TokenKind.REFRESH, REFRESH_LIFE, held_to)
    return Issued(row, access, renewed, bound_to)


def _keep(row: Authorisation, token: str, kind: TokenKind, life: timedelta, bound_to: Mapping[str, str]) -> None:
    until = min(now() + life, row.refresh_until)
    ProviderToken.objects.create(
        digest=secrets.digest(token), authorisation=row, kind=kind, expires_at=until, bound_to=dict(bound_to)
    )


def _stolen(row: Authorisation, action: str) -> None:
    """Someone holds what only the client should: nothing of this family is believed any more."""
    _revoke(Authorisation.objects.filter(id=row.id))
    ledger.record(
        actor=Actor("client", row.client_id, label=row.client.name),
        action=action,
        subject=f"relying_party:{row.client_id}",
        outcome="refused",
        about=row.account_id,
    )


def access(token: str) -> ProviderToken | None:
    """Return a live access token with its authorisation, account and client, or None. One query."""
    rows = ProviderToken.objects.select_related("authorisation__account", "authorisation__client")
    row = rows.filter(digest=secrets.digest(token), kind=TokenKind.ACCESS).first()
    return row if row and _is_live(row) else None


def inspected(token: str) -> ProviderToken | None:
    """Return a live token of either kind, or None."""
    rows = ProviderToken.objects.select_related("authorisation__account", "authorisation__client")
    row = rows.filter(digest=secrets.digest(token), used_at=None).first()
    return row if row and _is_live(row) else None


def revoke(*, client: RelyingParty, token: str) -> None:
    """Revoke a client's token: an access token alone, a refresh token with its whole family (RFC 7009 §2.1)."""
    row = ProviderToken.objects.filter(digest=secrets.digest(token), authorisation__client=client).first()
    if row and row.kind == TokenKind.REFRESH:
        _revoke(Authorisation.objects.filter(id=row.authorisation_id))
    elif row:
        row.delete()


def end(authorisations: Sequence[UUID], *, offline_too: bool) -> None:
    """A session ended: revoke what was issued in it; what the person let a client keep stays, unless told."""
    rows = Authorisation.objects.filter(id__in=authorisations)
    _revoke(rows if offline_too else rows.exclude(scopes__contains=[str(Scope.OFFLINE)]))
    # A code not yet exchanged goes too: nobody is there any more.
    _revoke(rows.filter(code_used_at=None))


def revoke_all_of_person(account: UUID, clients: Sequence[UUID]) -> None:
    """Revoke everything issued to these clients about a person."""
    _revoke(Authorisation.objects.filter(account_id=account, client_id__in=clients))


def revoke_all_of_client(client: UUID) -> None:
    """Revoke everything issued to a client."""
    _revoke(Authorisation.objects.filter(client_id=client))


def _revoke(rows: "QuerySet[Authorisation]") -> None:
    rows.filter(revoked_at=None).update(revoked_at=now())


def forget() -> None:
    """Remove what no longer opens anything: expired tokens, then authorisations that have none and are past their use.

    A used code is kept as long as what it gave: shown again, it must still be known.
    """
    ProviderToken.objects.filter(expires_at__lt=now()).delete()
    old = Authorisation.objects.filter(code_expires_at__lt=now() - timedelta(days=1))
    old.filter(tokens=None).delete()
