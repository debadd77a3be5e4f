"""Refusals in the words of OAuth. Programs and their developers read them: plain ASCII English (RFC 6749 §5.2)."""

from parvis.core.errors import DomainError


class ProtocolError(Exception):
    """A refusal to a program: ``code`` from the specifications, ``description`` for its developer."""

    def __init__(self, code: str, *, description: str, status: int = 400) -> None:
        self.code, self.description, self.status = code, description, status
        super().__init__(f"{code}: {description}")


class BadClientError(ProtocolError):
    """The caller did not prove which client it is. It cannot tell which check failed."""

    def __init__(self, description: str = "client authentication failed") -> None:
        super().__init__("invalid_client", description=description, status=401)


class BadTokenError(ProtocolError):
    """The bearer of an access token is refused (RFC 6750 §3.1)."""

    def __init__(self, description: str = "the access token is unknown, expired or revoked") -> None:
        super().__init__("invalid_token", description=description, status=401)


class UnsafeRequestError(DomainError):
    """Told to the person on a page of ours, never by sending the browser somewhere nobody registered."""

    status = 400
