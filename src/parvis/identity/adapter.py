"""How allauth's account pages behave here."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest

from parvis.identity.federation import sessions


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc] # allauth ships no types
    """Local accounts by e-mail address. Signing out leaves the provider too."""

    def get_logout_redirect_url(self, request: HttpRequest) -> str:
        """The provider's end of session when there is one, the home page otherwise."""
        return sessions.leaving_address(request) or str(super().get_logout_redirect_url(request))

    def logout(self, request: HttpRequest) -> None:
        """Empty our session first, whatever the provider does next."""
        super().logout(request)
        sessions.keep_leaving_state(request)
