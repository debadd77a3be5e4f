"""The providers we rely on, as data: what each accepts, promises and proves. Pure: no Django, no network."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Kind(StrEnum):
    """Family of provider: each has its own rules of protocol."""

    FRANCECONNECT = "franceconnect"
    FRANCECONNECT_PLUS = "franceconnect-plus"
    PROCONNECT = "proconnect"
    TOWN = "town"


class Audience(StrEnum):
    """For whom the sign-in page offers a provider."""

    CITIZEN = "citizen"
    AGENT = "agent"


@dataclass(frozen=True, slots=True)
class Profile:
    """What a family of providers imposes.

    ``ladder`` goes from the weakest level to the strongest. ``session_life`` is how long, in seconds, the provider may
    answer without asking the person again: an older ``auth_time`` is refused. Sources: FranceConnect v2 and ProConnect
    published code and documentation.
    """

    ladder: tuple[str, ...]
    scopes: tuple[str, ...]
    audience: Audience
    session_life: int
    pkce: bool = True
    acr_values: bool = True  # asked with `acr_values`; otherwise as an essential claim
    hints: bool = False  # accepts login_hint and siret_hint
    needs_auth_time: bool = False
    signed_userinfo: bool = True
    names_issuer: bool = True  # sends `iss` with the code (RFC 9207)
    encrypted: bool = False


_PIVOT = ("openid", "given_name", "family_name", "birthdate", "gender", "birthplace", "birthcountry")

PROFILES: Mapping[Kind, Profile] = {
    # Any parameter outside its list, code_challenge included, is answered by an error page: no PKCE there.
    Kind.FRANCECONNECT: Profile(
        ladder=("eidas1",),
        scopes=_PIVOT,
        audience=Audience.CITIZEN,
        session_life=30 * 60,
        pkce=False,
        needs_auth_time=True,
    ),
    Kind.FRANCECONNECT_PLUS: Profile(
        ladder=("eidas2", "eidas3"),
        scopes=_PIVOT,
        audience=Audience.CITIZEN,
        session_life=10 * 60,
        pkce=False,
        needs_auth_time=True,
        encrypted=True,
    ),
    Kind.PROCONNECT: Profile(
        ladder=("eidas0", "eidas0-mfa", "eidas1", "eidas1-mfa", "eidas2", "eidas3"),
        scopes=("openid", "given_name", "usual_name", "email", "uid", "siret"),
        audience=Audience.AGENT,
        session_life=12 * 3600,
        acr_values=False,
        hints=True,
    ),
    Kind.TOWN: Profile(
        ladder=("",),
        scopes=("openid", "profile"),
        audience=Audience.CITIZEN,
        session_life=12 * 3600,
        acr_values=False,
        signed_userinfo=False,
        names_issuer=False,
    ),
}

# A second factor, whoever vouches for the identity: "eidas1" alone is a password.
WITH_SECOND_FACTOR = ("eidas0-mfa", "eidas1-mfa", "eidas2", "eidas3")


@dataclass(frozen=True, slots=True)
class Provider:
    """One provider of this installation. ``slug`` is in its callback address: no two share one."""

    slug: str
    kind: Kind
    name: str
    issuer: str
    client_id: str
    client_secret: str = field(default="", repr=False)
    algorithms: tuple[str, ...] = ("ES256",)
    decryption_key: str = field(default="", repr=False)  # PEM of our private key, where the provider encrypts

    @property
    def profile(self) -> Profile:
        """The rules of its family."""
        return PROFILES[self.kind]

    def accepted(self, asked: str = "") -> tuple[str, ...]:
        """The levels that satisfy a request for at least ``asked``, or any level of the provider."""
        ladder = self.profile.ladder
        if self.kind is Kind.PROCONNECT and asked == "mfa":
            return WITH_SECOND_FACTOR
        return ladder[ladder.index(asked) :] if asked else ladder


# Symmetric algorithms would make everyone who holds the client's secret, or the public key, able to sign.
ALLOWED = frozenset({"ES256", "ES384", "ES512", "PS256", "RS256", "EdDSA"})


def provider_of(data: Mapping[str, Any]) -> Provider:
    """Build a provider from settings. Raise ValueError naming what is wrong: a typo must stop the start."""
    algorithms = tuple(data.get("algorithms", ("ES256",)))
    if not algorithms or not ALLOWED.issuperset(algorithms):
        message = f"{data.get('slug')}: algorithms must be among {sorted(ALLOWED)}"
        raise ValueError(message)
    return Provider(**{**data, "kind": Kind(data["kind"]), "algorithms": algorithms})
