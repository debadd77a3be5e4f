"""How allauth's account pages behave here."""

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from parvis.identity.federation import sessions
from parvis.identity.sealing import box


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc] # allauth ships no types
    """Local accounts by e-mail address. Signing out leaves the provider too."""

    def get_logout_redirect_url(self, request: HttpRequest) -> str:
        """The provider's end of session when there is one, the home page otherwise."""
        return sessions.leaving_address(request) or str(super().get_logout_redirect_url(request))

    def logout(self, request: HttpRequest) -> None:
        """Empty our session first, whatever the provider does next."""
        super().logout(request)
        sessions.keep_leaving_state(request)


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc] # allauth ships no types
    """Secrets of applications and recovery codes, sealed in the database."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": _("Ce code n’est pas le bon ou a déjà servi. Attendez le suivant, puis saisissez-le."),
    }

    def encrypt(self, text: str) -> str:
        """Seal a secret."""
        return box("second_factor").encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Open what `encrypt` sealed."""
        return box("second_factor").decrypt(encrypted_text.encode()).decode()
