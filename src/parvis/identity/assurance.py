"""How sure we are of a session, on three axes, and what an act asks for. Pure: no Django, no I/O.

Scale of ProConnect's « norme eIDAS ». Identity: 0 declared, 1 weak (FranceConnect), 2 substantial, 3 high.
Authentication: 1 one factor or a code by mail, 2 strong (TOTP, synchronised passkey), 3 strong on hardware.
Link with an organisation: 0 declared, 1 moderated, 2 certified by an official source.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

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
