"""What can go wrong, by what the caller should do about it."""

from collections.abc import Sequence
from typing import Any


class ClientError(Exception):
    """The hub said no. ``code`` is stable, for machines; ``detail`` is a French sentence, for people.

    ``status`` is the HTTP status (0 when there was no answer) and ``errors`` every defect: code, message, field.
    """

    def __init__(self, status: int, code: str, detail: str, errors: Sequence[dict[str, Any]] = ()) -> None:
        self.retry_after = 0.0  # seconds the hub asked to wait
        self.status = status
        self.code = code
        self.detail = detail
        self.errors = tuple(errors)
        super().__init__(f"{code}: {detail}")


class SignInError(ClientError):
    """401: the credential is wrong, revoked or suspended. Trying again changes nothing."""


class ForbiddenError(ClientError):
    """403: the credential lacks a right, or its downloads were cut. Ask the organisation, or the operator."""


class AbsentError(ClientError):
    """404: unknown, or not this credential's: both look the same."""


class ConflictError(ClientError):
    """409: the present state forbids it; read again, then decide."""


class InvalidError(ClientError):
    """400 or 422: the request has defects, all of them in ``errors``."""


class UnavailableError(ClientError):
    """No answer, or a temporary refusal, at each try: try again later."""


class DigestError(ClientError):
    """The bytes received are not those announced, twice: what was written has been removed."""


class SignatureError(Exception):
    """A webhook message that is not the hub's, or that is too old."""


BY_STATUS: dict[int, type[ClientError]] = {
    400: InvalidError,
    401: SignInError,
    403: ForbiddenError,
    404: AbsentError,
    409: ConflictError,
    422: InvalidError,
    429: UnavailableError,
    502: UnavailableError,
    503: UnavailableError,
    504: UnavailableError,
}
