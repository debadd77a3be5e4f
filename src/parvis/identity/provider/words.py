"""Closed lists of words of the provider."""

from enum import StrEnum


class KeyState(StrEnum):
    """Life of a signing key: announced, signing, then kept until its last token has expired."""

    NEXT = "next"
    CURRENT = "current"
    RETIRED = "retired"


class AuthMethod(StrEnum):
    """How a client proves itself at our endpoints (RFC 8414 ``token_endpoint_auth_method``)."""

    NONE = "none"
    SECRET = "client_secret_basic"  # noqa: S105 - the name of a method
    PRIVATE_KEY = "private_key_jwt"
    TLS = "tls_client_auth"


class PseudonymState(StrEnum):
    """Whether a pseudonym still designates someone."""

    LINKED = "linked"
    UNLINKED = "unlinked"


class TokenKind(StrEnum):
    """The two kinds of tokens that are kept."""

    ACCESS = "access"
    REFRESH = "refresh"


class Scope(StrEnum):
    """What a client may ask for. `openid` is the pseudonym alone."""

    OPENID = "openid"
    EMAIL = "email"
    PROFILE = "profile"
    OFFLINE = "offline_access"


# What each scope makes us send. Nothing else leaves.
CLAIMS: dict[Scope, tuple[str, ...]] = {
    Scope.OPENID: ("sub",),
    Scope.EMAIL: ("email", "email_verified"),
    Scope.PROFILE: ("given_name", "family_name"),
    Scope.OFFLINE: (),
}
