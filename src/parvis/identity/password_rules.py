"""Passwords that anyone would try first: made of our own words, or already stolen elsewhere (ASVS 5, 6.2)."""

import re
import unicodedata

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from parvis.identity import breached

# The list that docs/security/accounts.md documents; the installation's own name comes on top.
WORDS = (
    *(
        "parvis",
        "mairie",
        "commune",
        "prefecture",
        "departement",
        "region",
        "france",
        "republique",
        "service",
        "public",
    ),
    *(
        "recensement",
        "etatcivil",
        "etat",
        "civil",
        "demarche",
        "citoyen",
        "agent",
        "usager",
        "compte",
        "admin",
        "hubee",
    ),
    *(
        "connexion",
        "motdepasse",
        "passe",
        "mot",
        "password",
        "bonjour",
        "azerty",
        "qwerty",
        "janvier",
        "fevrier",
        "mars",
    ),
    *("avril", "juin", "juillet", "aout", "septembre", "octobre", "novembre", "decembre"),
)
_LEAST = 6  # characters that must be left once these words, figures and signs are taken away


class ContextWordsValidator:
    """Refuse a password that these words, figures and signs make almost alone."""

    def validate(self, password: str, user: AbstractBaseUser | None = None) -> None:  # noqa: ARG002 - Django's signature
        """Raise ValidationError when too little is left."""
        left = _plain(password)
        for word in sorted({*WORDS, _plain(settings.SITE_NAME)}, key=len, reverse=True):
            left = left.replace(word, "")
        if len(left) < _LEAST:
            raise ValidationError(self.get_help_text(), code="password_too_expected")

    def get_help_text(self) -> str:
        """Say what to do."""
        return _("Choisissez un mot de passe qui ne soit pas fait de mots attendus ici, comme « mairie » ou « 2026 ».")


class BreachedPasswordValidator:
    """Refuse a stolen password, known to the shipped set, to the installation's own, or to a service it chose."""

    def validate(self, password: str, user: AbstractBaseUser | None = None) -> None:  # noqa: ARG002 - Django's signature
        """Raise ValidationError when one of them knows it."""
        known = breached.holds(breached.SHIPPED, password) or breached.holds(settings.BREACHED_FILE, password)
        if known or (settings.BREACHED_URL and breached.range_holds(settings.BREACHED_URL, password)):
            raise ValidationError(
                _("Ce mot de passe a déjà été volé sur d’autres sites : choisissez-en un autre."),
                code="password_breached",
            )

    def get_help_text(self) -> str:
        """Say what to do."""
        return _("Choisissez un mot de passe qui n’a servi nulle part ailleurs.")


def _plain(text: str) -> str:
    """The letters of a text, without case nor accents."""
    spread = unicodedata.normalize("NFKD", text.casefold())
    return re.sub(r"[\W\d_]", "", "".join(one for one in spread if not unicodedata.combining(one)))
