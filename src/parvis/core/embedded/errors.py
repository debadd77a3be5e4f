"""The one failure the embedded database shows to people."""

from parvis.core.errors import DomainError


class EmbeddedError(DomainError):
    """The embedded database cannot run. The message is plain French and says what to do."""

    status = 503

    def __init__(self, message: str, *, code: str = "embedded-database") -> None:
        super().__init__(code, message)
