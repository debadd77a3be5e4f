"""How sure we are of a session, on three axes, and what an act asks for. Pure: no Django, no I/O.

Scale of ProConnect's « norme eIDAS ». Identity: 0 declared, 1 weak (FranceConnect), 2 substantial, 3 high.
Authentication: 1 one factor or a code by mail, 2 strong (TOTP, synchronised passkey), 3 strong on hardware.
Link with an organisation: 0 declared, 1 moderated, 2 certified by an official source.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from parvis.core.errors import RefusedError
from parvis.identity.federation.providers import Kind


@dataclass(frozen=True, slots=True)
class Axes:
    """A strength on each axis."""

    identity: int = 0
    authentication: int = 0
    organisation: int = 0

    def with_at_least(self, other: "Axes") -> "Axes":
        """The best of both on each axis: two proofs of the same session add up."""
        return Axes(
            max(self.identity, other.identity),
            max(self.authentication, other.authentication),
            max(self.organisation, other.organisation),
        )


_FRANCECONNECT: Mapping[str, Axes] = {"eidas1": Axes(1, 1), "eidas2": Axes(2, 2), "eidas3": Axes(3, 3)}
_PROCONNECT: Mapping[str, Axes] = {
    "eidas0": Axes(0, 1, 0),
    "eidas0-mfa": Axes(0, 2, 0),
    "eidas1": Axes(1, 1, 1),
    "eidas1-mfa": Axes(1, 2, 1),
    "eidas2": Axes(2, 2, 2),
    "eidas3": Axes(3, 3, 2),
}
_WEAK_SECOND_FACTOR = frozenset({"mail", "sms", "tel"})


def of_provider(kind: Kind, acr: str, amr: Sequence[str] = ()) -> Axes:
    """What a provider's level proves. A code by mail or text message is not a strong second factor."""
    if kind is Kind.TOWN:
        return Axes(0, 1)
    table = _PROCONNECT if kind is Kind.PROCONNECT else _FRANCECONNECT
    axes = table.get(acr, Axes(0, 1))
    if acr.endswith("-mfa") and _WEAK_SECOND_FACTOR.intersection(amr):
        return Axes(axes.identity, 1, axes.organisation)
    return axes


def of_local(methods: Sequence[str]) -> Axes:
    """What our own sign-in proves: the strength of authentication only, never who the person is."""
    return Axes(0, 2 if "mfa" in methods else 1 if methods else 0)


@dataclass(frozen=True, slots=True)
class Need:
    """What an act asks of a session.

    ``max_age`` is how long ago, in seconds, the person may have proved to us who they are; 0 asks nothing of it.
    """

    identity: int = 0
    authentication: int = 0
    organisation: int = 0
    max_age: int = 0

    def and_also(self, other: "Need") -> "Need":
        """Both at once: the strictest on each axis."""
        ages = [age for age in (self.max_age, other.max_age) if age]
        return Need(
            max(self.identity, other.identity),
            max(self.authentication, other.authentication),
            max(self.organisation, other.organisation),
            min(ages, default=0),
        )


EVERY_SERVICE = "*"
# By service and action; the rows of `AssurancePolicy` take the place of these, one by one.
DEFAULTS: Mapping[tuple[str, str], Need] = {
    (EVERY_SERVICE, "platform:administer"): Need(authentication=2, max_age=30 * 60),
    (EVERY_SERVICE, "members:manage"): Need(authentication=2),
    (EVERY_SERVICE, "act:sign"): Need(authentication=2, max_age=15 * 60),
    # A census at sixteen is a declaration, checked by the town hall on documents: no proof of identity is asked.
    ("recensement-citoyen", "request:submit"): Need(),
}


def missing(axes: Axes, need: Need, age: float | None) -> dict[str, int]:
    """What a session lacks, by axis, with the value that would do; empty when the act may go on.

    ``age`` is the seconds since the person last proved to us, ourselves, who they are; None when they never did.
    """
    lacking = {
        axis: wanted
        for axis in ("identity", "authentication", "organisation")
        if getattr(axes, axis) < (wanted := getattr(need, axis))
    }
    if need.max_age and (age is None or age > need.max_age):
        lacking["max_age"] = need.max_age
    return lacking


class AssuranceNeededError(RefusedError):
    """Allowed, but the session is not sure enough. ``needs`` says what lacks, for programs and for our step-up."""

    def __init__(self, action: str, service: str, needs: Mapping[str, int]) -> None:
        super().__init__(
            "assurance_needed",
            "Cette action demande une preuve plus forte de votre identité. Confirmez, puis reprenez.",
        )
        self.action, self.service, self.needs = action, service, dict(needs)
