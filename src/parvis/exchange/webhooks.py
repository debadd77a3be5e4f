"""One webhook call: signed as the Standard Webhooks specification says, to a public address, without redirection."""

import base64
import hashlib
import hmac
import http.client
import secrets
import time
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings

from parvis.core import outward
from parvis.core.errors import DomainError

MAX_ANSWER = 4096
PREFIX = "whsec_"
# 31 hours in all: a night and a day of outage on the other side lose nothing.
PAUSES = (
    timedelta(seconds=5),
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a call went: an HTTP status, or why there was none."""

    status: int | None
    error: str
    milliseconds: int

    @property
    def succeeded(self) -> bool:
        """2xx only: a redirection is not an acknowledgement."""
        return self.status is not None and 200 <= self.status < 300  # noqa: PLR2004 - HTTP


def new_secret() -> str:
    """Return a signing secret, in the form the specification gives it."""
    return PREFIX + base64.b64encode(secrets.token_bytes(24)).decode()


def signature(secret: str, message_id: str, timestamp: int, body: bytes) -> str:
    """Return the ``webhook-signature`` of a message."""
    key = base64.b64decode(secret.removeprefix(PREFIX))
    signed = f"{message_id}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


def check_url(url: str) -> None:
    """Raise DomainError unless the address may be called: https, a name, no credentials in it."""
    parts = urlsplit(url)
    allowed = ("https", "http") if settings.WEBHOOKS_ALLOW_PRIVATE else ("https",)
    if parts.scheme not in allowed or not parts.hostname or parts.username or parts.fragment:
        raise DomainError("bad_url", "Donnez une adresse https complète, sans identifiant ni fragment.", field="url")


def call(url: str, secret: str, message_id: UUID, body: bytes) -> Outcome:
    """Send one message. Never raises: whatever goes wrong is an outcome."""
    started = time.monotonic()
    try:
        status = _post(url, secret, str(message_id), body)
        error = ""
    except (OSError, http.client.HTTPException, ValueError) as failure:
        status, error = None, f"{type(failure).__name__}: {failure}"[:300]
    return Outcome(status, error, int((time.monotonic() - started) * 1000))


def _post(url: str, secret: str, message_id: str, body: bytes) -> int:
    timestamp = int(time.time())
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "Parvis-Webhooks/1",
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": signature(secret, message_id, timestamp, body),
    }
    private = settings.WEBHOOKS_ALLOW_PRIVATE
    return outward.request("POST", url, body=body, headers=headers, private=private, most=MAX_ANSWER)[0]
