"""The ways a person has of proving what lacks: our own first, then the providers of this installation."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from allauth.mfa.models import Authenticator
from django.urls import reverse
from django.utils.translation import gettext as _

from parvis.identity.assurance import of_provider
from parvis.identity.cards import settings as cards
from parvis.identity.cards.checking import LEVELS
from parvis.identity.cards.models import AgentCard
from parvis.identity.federation import settings
from parvis.identity.federation.providers import Kind, Provider
from parvis.identity.models import Account, FederatedIdentity

_STRONG = 2  # the most that our own sign-in proves


@dataclass(frozen=True, slots=True)
class Way:
    """One button: what it says and where it leads."""

    label: str
    url: str


def ways(account: Account, needs: dict[str, int], *, back: str = "", provider_is_fresh: bool = False) -> list[Way]:
    """Every way that gives what lacks, the simplest first. Empty when nothing here can.

    ``back`` is where each comes back to, the interrupted request by default. ``provider_is_fresh``: for someone who
    has no proof of ours, what a provider says now is recent enough.
    """
    back = back or reverse("stepup:resume")
    card = _card(account, needs, back)
    if {"identity", "organisation"} & needs.keys() or needs.get("authentication", 0) > _STRONG:
        return [*card, *_providers(account, needs, back, others=bool(card))]
    if "max_age" not in needs:
        return [*_own(account, needs, back), *card, *_providers(account, needs, back)]
    if provider_is_fresh and not account.has_usable_password():
        return [*card, *_providers(account, needs, back, others=bool(card))]
    return [*_own(account, needs, back), *card]


def _card(account: Account, needs: dict[str, int], back: str) -> list[Way]:
    """Their card, when it gives all that lacks. We read it ourselves: it is a recent proof too."""
    if not cards.is_offered():
        return []
    levels = AgentCard.objects.filter(account=account).values_list("level", flat=True)
    enough = any(
        all(getattr(LEVELS[level], axis) >= wanted for axis, wanted in needs.items() if axis != "max_age")
        for level in levels
        if level in LEVELS
    )
    return [Way(_("Confirmer avec votre carte d’agent"), _there(back, "cards:leave"))] if enough else []


def _own(account: Account, needs: dict[str, int], back: str) -> list[Way]:
    """Our own proof: the second factor they have, their password when it is enough, a factor to set up otherwise."""
    held = set(Authenticator.objects.filter(user=account).values_list("type", flat=True))
    found = []
    if "webauthn" in held:
        found.append(Way(_("Confirmer avec votre clé d’accès"), _there(back, "mfa_reauthenticate_webauthn")))
    if "totp" in held:
        found.append(Way(_("Confirmer avec un code"), _there(back, "mfa_reauthenticate")))
    if needs.get("authentication", 0) < _STRONG and account.has_usable_password():
        found.append(Way(_("Confirmer avec votre mot de passe"), _there(back, "account_reauthenticate")))
    return found or [Way(_("Activer la connexion en deux étapes"), reverse("mfa_index"))]


def _providers(account: Account, needs: dict[str, int], back: str, *, others: bool = False) -> list[Way]:
    linked = set(FederatedIdentity.objects.filter(account=account).values_list("provider", flat=True))
    found = []
    for provider in settings.providers():
        level = _level(provider, needs)
        if provider.slug in linked and level:
            label = _("Confirmer avec %(name)s") % {"name": provider.name}
            found.append(Way(label, _there(back, "federation:leave", provider.slug, niveau=level)))
    if found or others:
        return found
    return [Way(_("Rattacher un autre moyen de connexion"), reverse("federation:identities"))]


def _level(provider: Provider, needs: dict[str, int]) -> str:
    """The least level of a provider that gives what lacks, empty when it has none."""
    if provider.kind is Kind.PROCONNECT and needs.keys() == {"authentication"} and needs["authentication"] <= _STRONG:
        return "mfa"  # in its ladder a second factor without a checked organisation comes before a checked one without
    for level in provider.profile.ladder if provider.kind is not Kind.TOWN else ():
        axes = of_provider(provider.kind, level)
        if all(getattr(axes, axis) >= wanted for axis, wanted in needs.items() if axis != "max_age"):
            return level
    return ""


def _there(back: str, name: str, *arguments: Any, **query: str) -> str:
    """An address that comes back to what was interrupted."""
    return f"{reverse(name, args=arguments)}?{urlencode({**query, 'next': back})}"
