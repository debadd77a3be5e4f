"""What can go wrong when a key is asked to sign. Each has a code that travels between the processes."""


class SignerError(Exception):
    """The signer did not sign. ``code`` is stable; the message is for the journal and the operator."""

    code = "signer_failed"


class UnreachableError(SignerError):
    """The key cannot be used now (signer stopped, module gone): try again later."""

    code = "signer_unreachable"


class PinRefusedError(SignerError):
    """The module refused its PIN. Never tried again by itself: a few more tries would lock the module for good."""

    code = "pin_refused"


class UnknownKeyError(SignerError):
    """No key has this name."""

    code = "unknown_key"


class UnauthorisedError(SignerError):
    """The authorisation is forged, too old, or is for another list, key or signature scheme."""

    code = "unauthorised"


class BadRequestError(SignerError):
    """The request is not understood."""

    code = "bad_request"


BY_CODE = {
    kind.code: kind
    for kind in (SignerError, UnreachableError, PinRefusedError, UnknownKeyError, UnauthorisedError, BadRequestError)
}
