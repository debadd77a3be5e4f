"""Passwords made of words that anyone here would try first (ASVS 5, 6.1.2 and 6.2.11)."""

import re
import unicodedata

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

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


def _plain(text: str) -> str:
    """The letters of a text, without case nor accents."""
    spread = unicodedata.normalize("NFKD", text.casefold())
    return re.sub(r"[\W\d_]", "", "".join(one for one in spread if not unicodedata.combining(one)))
