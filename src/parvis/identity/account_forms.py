"""allauth's forms in our words: same checks, labels and errors that say what to do, no placeholder.

Apart from `forms`, which allauth itself imports while it defines the classes extended here.
"""

from typing import Any

from allauth.account import forms as allauth
from allauth.mfa.base import forms as second_factor
from allauth.mfa.totp import forms as totp
from django import forms
from django.utils.translation import gettext_lazy as _

from parvis.ui.forms import NamedErrors

_PASSWORD_HINT = _("12 caractères au moins. Plusieurs mots à la suite sont faciles à retenir et difficiles à deviner.")
# By name of field: label, what to say when it is empty, hint.
_WORDS: dict[str, tuple[Any, Any, Any]] = {
    "login": (_("Adresse électronique"), _("Saisissez votre adresse électronique."), ""),
    "email": (_("Adresse électronique"), _("Saisissez votre adresse électronique."), ""),
    "password": (_("Mot de passe"), _("Saisissez votre mot de passe."), ""),
    "oldpassword": (_("Mot de passe actuel"), _("Saisissez votre mot de passe actuel."), ""),
    "password1": (_("Mot de passe"), _("Choisissez un mot de passe."), _PASSWORD_HINT),
    "password2": (_("Le même mot de passe, encore une fois"), _("Saisissez le mot de passe une seconde fois."), ""),
    "code": (_("Code à 6 chiffres"), _("Saisissez le code affiché par votre application."), ""),
}


class _InOurWords(forms.BaseForm):
    """Placed between NamedErrors and allauth's form: the words are there when the errors get their names."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.widget.attrs.pop("placeholder", None)
            if name in _WORDS:
                field.label, field.error_messages["required"], field.help_text = _WORDS[name]
            if isinstance(field, forms.EmailField) or isinstance(field.widget, forms.PasswordInput):
                field.widget.attrs["class"] = "input-l"


class LoginForm(NamedErrors, _InOurWords, allauth.LoginForm):  # type: ignore[misc] # allauth ships no types
    """Signing in."""


class SignupForm(NamedErrors, _InOurWords, allauth.SignupForm):  # type: ignore[misc] # same
    """Creating an account; the names come from `identity.forms.SignupForm`."""


class ResetPasswordForm(NamedErrors, _InOurWords, allauth.ResetPasswordForm):  # type: ignore[misc] # same
    """Asking for the mail that lets one choose another password."""


class ResetPasswordKeyForm(NamedErrors, _InOurWords, allauth.ResetPasswordKeyForm):  # type: ignore[misc] # same
    """Choosing another password after following the mail's link."""


class ChangePasswordForm(NamedErrors, _InOurWords, allauth.ChangePasswordForm):  # type: ignore[misc] # same
    """Choosing another password while signed in."""


class ReauthenticateForm(NamedErrors, _InOurWords, allauth.ReauthenticateForm):  # type: ignore[misc] # same
    """Proving again who is there, while signed in."""


class CodeForm(NamedErrors, _InOurWords, second_factor.AuthenticateForm):  # type: ignore[misc] # same
    """The second step of signing in: a code of the application, or a recovery code."""


class CodeAgainForm(NamedErrors, _InOurWords, second_factor.ReauthenticateForm):  # type: ignore[misc] # same
    """The same code, to prove again who is there."""


class ActivateForm(NamedErrors, _InOurWords, totp.ActivateTOTPForm):  # type: ignore[misc] # same
    """The first code of an application just installed."""
