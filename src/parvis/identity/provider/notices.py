"""Telling clients that a session ended with us: a job a client, retried, signed at the moment it leaves."""

import secrets
from datetime import timedelta
from http import HTTPStatus
from http.client import HTTPException
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.db import transaction

from parvis.core import outbox, outward
from parvis.core.clock import now
from parvis.core.ids import new_id
from parvis.identity.provider import grants, keys, metadata
from parvis.identity.provider.models import Authorisation, LogoutNotice, RelyingParty

EVENT = "http://schemas.openid.net/event/backchannel-logout"
LIFE = timedelta(minutes=2)
_SPREAD = 20  # seconds: two towns told in the same second would match a person
_MOST_BYTES = 4096


class NotToldError(Exception):
    """The client did not take the notice: the job is tried again later."""


def tell(*, account: UUID, client: RelyingParty, sub: str, sid: str, why: str) -> None:
    """Prepare a notice, in the caller's transaction. Nothing for a client that asked not to be told."""
    if not client.backchannel_logout_uri or client.revoked_at:
        return
    row = LogoutNotice.objects.create(account_id=account, client=client, sub=sub, sid=sid, why=why)
    delay = timedelta(seconds=secrets.randbelow(_SPREAD)) if settings.PROVIDER_SPREADS_NOTICES else None
    outbox.send("identity.tell_logout", delay=delay, notice=row.id)


def end_session(session: UUID, *, why: str) -> None:
    """A browser signed out: its tokens die, except what the person let a client keep, and its clients are told."""
    with transaction.atomic():
        _end(list(Authorisation.objects.select_related("client").filter(session=session)), why)


def end_account(account: UUID, *, why: str) -> None:
    """Every session of an account ended: each client of each session is told."""
    with transaction.atomic():
        _end(list(Authorisation.objects.select_related("client").filter(account_id=account)), why)


def _end(rows: list[Authorisation], why: str) -> None:
    parties = {(row.client_id, row.sid): row for row in rows}
    for row in parties.values():
        tell(account=row.account_id, client=row.client, sub=row.sub, sid=row.sid, why=why)
    grants.end([row.id for row in rows], offline_too=why != "signed_out")


def logout_token(notice: LogoutNotice) -> str:
    """Return the signed notice (Back-Channel Logout §2.4): no nonce, so that nobody takes it for an ID token."""
    at = int(now().timestamp())
    claims: dict[str, object] = {
        "iss": metadata.issuer(),
        "aud": notice.client.client_id,
        "iat": at,
        "exp": at + int(LIFE.total_seconds()),
        "jti": str(new_id()),
        "sub": notice.sub,
        "events": {EVENT: {}},
    }
    if notice.sid:
        claims["sid"] = notice.sid
    return keys.signed(claims, kind="logout+jwt")


def send(*, notice: UUID) -> None:
    """Try one notice. Raise NotToldError so that the outbox tries again; nobody insists after a refusal (400)."""
    row = LogoutNotice.objects.select_related("client").filter(id=notice, told_at=None).first()
    if row is None or row.client.revoked_at:
        return
    body = urlencode({"logout_token": logout_token(row)}).encode()
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    row.attempts += 1
    try:
        private = settings.WEBHOOKS_ALLOW_PRIVATE
        status, _ = outward.request(
            "POST", row.client.backchannel_logout_uri, body=body, headers=headers, private=private, most=_MOST_BYTES
        )
        row.last_error = "" if status in (HTTPStatus.OK, HTTPStatus.NO_CONTENT) else f"HTTP {status}"
    except (OSError, HTTPException, ValueError) as error:
        row.last_error = f"{type(error).__name__}: {error}"[:300]
    if not row.last_error:
        row.told_at = now()
    row.save(update_fields=("attempts", "told_at", "last_error"))
    if row.last_error and row.last_error != f"HTTP {HTTPStatus.BAD_REQUEST}":
        raise NotToldError(row.last_error)
