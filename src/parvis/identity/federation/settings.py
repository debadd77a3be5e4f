"""The providers of this installation, read from `settings.FEDERATION`."""

from django.conf import settings

from parvis.core.errors import AbsentError
from parvis.identity.federation.providers import Provider, provider_of


def providers() -> list[Provider]:
    """Every provider offered here, in the order of the sign-in page."""
    return [provider_of(data) for data in settings.FEDERATION]


def provider(slug: str) -> Provider:
    """Return one provider. Raise AbsentError when this installation does not offer it."""
    for known in providers():
        if known.slug == slug:
            return known
    raise AbsentError("unknown_provider", "Ce service de connexion n’est pas proposé ici. Choisissez-en un autre.")
