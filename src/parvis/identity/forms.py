"""What a person says of themselves when they create an account, beyond address and password."""

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from parvis.identity.models import Account
from parvis.ui.forms import TextField


class SignupForm(forms.Form):
    """Names. allauth builds its own form on this one; `account_forms` then gives the whole our words."""

    first_name = TextField(
        label=_("Prénom"), missing=_("Saisissez votre prénom."), max_length=100, autocomplete="given-name", width="l"
    )
    last_name = TextField(
        label=_("Nom"), missing=_("Saisissez votre nom."), max_length=100, autocomplete="family-name", width="l"
    )

    def signup(self, _request: HttpRequest, account: Account) -> None:
        """Keep the names with the new account."""
        account.first_name = self.cleaned_data["first_name"]
        account.last_name = self.cleaned_data["last_name"]
        account.save(update_fields=("first_name", "last_name"))
