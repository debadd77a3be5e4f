"""Pure rules of identity: secrets of machine clients and their digests."""

import hashlib
import hmac
import secrets

SECRET_BYTES = 32


def new_secret() -> str:
    """Return a fresh secret of 256 bits, shown once to its owner and never stored."""
    return secrets.token_urlsafe(SECRET_BYTES)


def digest(secret: str) -> bytes:
    """Return what we store of a secret or token.

    A plain SHA-256 is enough because the secret is random and long: there is no dictionary to try, and a slow hash
    would only slow every API call.
    """
    return hashlib.sha256(secret.encode()).digest()


def matches(secret: str, stored: bytes) -> bool:
    """Tell whether a presented secret is the stored one, in constant time."""
    return hmac.compare_digest(digest(secret), bytes(stored))
