"""allauth's forms of passkeys in our words. The browser's answer travels in a hidden field."""

from typing import Any

from allauth.mfa.webauthn import forms as allauth
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from parvis.ui.forms import NamedErrors

_NOTHING = _("Votre navigateur n’a transmis aucune clé d’accès. Réessayez, ou choisissez un autre moyen.")
_UNKNOWN = _("Cette clé d’accès n’a pas été reconnue. Réessayez, ou choisissez un autre moyen.")


class _InOurWords(forms.BaseForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["credential"].error_messages["required"] = _NOTHING
        self.fields["credential"].error_messages["invalid"] = _UNKNOWN

    def clean_credential(self) -> Any:
        """Check what the browser answered."""
        try:
            return super().clean_credential()  # type: ignore[misc] # allauth ships no types
        except ValidationError as error:
            raise ValidationError(_UNKNOWN) from error


class AddForm(NamedErrors, allauth.AddWebAuthnForm):  # type: ignore[misc] # same
    """Keeping a new passkey."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        name = self.fields["name"]
        name.label, name.help_text = _("Nom de la clé"), _("Pour la reconnaître : « Mon téléphone », par exemple.")
        self.fields["credential"].error_messages["required"] = _NOTHING

    def clean(self) -> Any:
        """Check what the browser answered."""
        try:
            return super().clean()
        except ValidationError as error:
            raise ValidationError(_UNKNOWN) from error


class SecondStepForm(_InOurWords, allauth.AuthenticateWebAuthnForm):  # type: ignore[misc] # same
    """A passkey after the password."""


class LoginForm(_InOurWords, allauth.LoginWebAuthnForm):  # type: ignore[misc] # same
    """A passkey alone."""


class AgainForm(_InOurWords, allauth.ReauthenticateWebAuthnForm):  # type: ignore[misc] # same
    """A passkey, to prove again who is there."""
