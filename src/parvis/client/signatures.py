"""Is this message the hub's? Webhooks are signed per the Standard Webhooks specification."""

import base64
import binascii
import hashlib
import hmac
import time
from collections.abc import Mapping

from parvis.client.errors import SignatureError

TOLERANCE_SECONDS = 300
_PREFIX = "whsec_"


def verify(secret: str, headers: Mapping[str, str], body: bytes, *, now: float | None = None) -> str:
    """Return the message's id, to drop one that comes twice. Raise SignatureError when it is not to be trusted.

    ``headers`` are those of the request, in any case; ``body`` its bytes exactly as they came. A message more than
    five minutes old, or ahead, is refused: a recorded one could be played again.
    """
    given = {name.lower(): value for name, value in headers.items()}
    message, stamp = given.get("webhook-id", ""), given.get("webhook-timestamp", "")
    if not message or not stamp.isascii() or not stamp.isdigit():
        raise SignatureError("webhook-id or webhook-timestamp is missing")
    if abs((time.time() if now is None else now) - int(stamp)) > TOLERANCE_SECONDS:
        raise SignatureError("the message is too old, or this machine's clock is wrong")
    try:
        key = base64.b64decode(secret.removeprefix(_PREFIX), validate=True)
    except binascii.Error as error:
        raise SignatureError("the secret is not one the hub gave") from error
    signed = hmac.new(key, f"{message}.{stamp}.".encode() + body, hashlib.sha256).digest()
    expected = base64.b64encode(signed)
    for one in given.get("webhook-signature", "").split():
        version, _, value = one.partition(",")
        if version == "v1" and hmac.compare_digest(value.encode(), expected):
            return message
    raise SignatureError("the signature does not match")
