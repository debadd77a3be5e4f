"""Pure rules of the provider: no Django, no I/O."""

import base64
import hashlib
import hmac
import re
import secrets
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")  # RFC 7636 §4.2 with S256: 32 bytes in base64url
VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}")  # RFC 7636 §4.1
_LOOPBACK = ("127.0.0.1", "[::1]", "localhost")
MARKS = 300  # seconds between two moments that a sector may be told


def new_sub() -> str:
    """Return a pseudonym: 128 random bits. Nothing of the person goes into it, so nothing can be found from it."""
    return secrets.token_hex(16)


def sid(secret: str, session: str, sector: str) -> str:
    """Return how one sector names one session; two sectors' names cannot be compared without the secret."""
    return _text(hmac.new(secret.encode(), f"{session}\n{sector}".encode(), hashlib.sha256).digest())


def told_auth_time(secret: str, sector: str, at: int, *, now: int, max_age: int | None) -> int:
    """Return when the person proved who they are, as told to one sector.

    To the second, the same moment told to two towns would match a person. Each sector has its own marks, five minutes
    apart, and is told the last mark before: everyone who signed in between two marks has the same moment, and two
    sectors' marks differ. Never later than the truth, and never older than a ``max_age`` that the truth satisfies.
    """
    drawn = hmac.new(secret.encode(), f"auth_time\n{sector}".encode(), hashlib.sha256).digest()
    back = (at - int.from_bytes(drawn[:8])) % MARKS
    room = MARKS if max_age is None else max(0, max_age - (now - at) - 60)
    return at - min(back, room)


def challenge_of(verifier: str) -> str:
    """Return the S256 challenge of a verifier (RFC 7636 §4.2)."""
    return _text(hashlib.sha256(verifier.encode("ascii")).digest())


def half_hash(token: str) -> str:
    """Return ``at_hash`` of an access token, with ES256 (OpenID Connect Core §3.1.3.6)."""
    return _text(hashlib.sha256(token.encode("ascii")).digest()[:16])


def whole_hash(token: str) -> str:
    """Return ``ath`` of an access token (RFC 9449 §4.2)."""
    return _text(hashlib.sha256(token.encode()).digest())


def thumbprint(der: bytes) -> str:
    """Return ``x5t#S256`` of a certificate (RFC 8705 §3.1)."""
    return _text(hashlib.sha256(der).digest())


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def same(one: str, other: str) -> bool:
    """Compare two secrets in constant time."""
    return hmac.compare_digest(one.encode(), other.encode())


def is_registrable(uri: str, *, loopback: bool) -> bool:
    """Tell whether an address may be registered: https, whole, no user, no fragment, no wildcard."""
    parts = urlsplit(uri)
    if not uri.isascii() or any(character in uri for character in " *\\\t\r\n") or "#" in uri or "@" in parts.netloc:
        return False
    host = (parts.netloc.rpartition(":")[0] if parts.port else parts.netloc).lower()
    return bool(host) and (parts.scheme == "https" or (loopback and parts.scheme == "http" and host in _LOOPBACK))


def with_answer(uri: str, answer: dict[str, str]) -> str:
    """Add the parameters of an answer to a registered address, keeping its own query."""
    parts = urlsplit(uri)
    query = [*parse_qsl(parts.query, keep_blank_values=True), *answer.items()]
    return urlunsplit(parts._replace(query=urlencode(query)))


def origin(uri: str) -> str:
    """Return scheme, host and port of an address."""
    parts = urlsplit(uri)
    return f"{parts.scheme}://{parts.netloc}"
