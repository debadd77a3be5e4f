"""How allauth's account pages behave here."""

from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from parvis.identity import open_sessions
from parvis.identity.federation import sessions
from parvis.identity.sealing import box


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc] # allauth ships no types
    """Local accounts by e-mail address. Signing out leaves the provider too."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "too_many_login_attempts": gettext_lazy("Trop d’essais. Attendez un quart d’heure, puis recommencez."),
    }

    def pre_authenticate(self, request: HttpRequest, **credentials: object) -> None:
        """Count no password here: axes does, and two counts would answer in two ways. Codes are still counted."""

    def get_logout_redirect_url(self, request: HttpRequest) -> str:
        """The provider's end of session when there is one, the home page otherwise."""
        return sessions.leaving_address(request) or str(super().get_logout_redirect_url(request))

    def logout(self, request: HttpRequest) -> None:
        """Empty our session first, whatever the provider does next."""
        open_sessions.close(request.session)
        super().logout(request)
        sessions.keep_leaving_state(request)


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc] # allauth ships no types
    """Secrets of applications and recovery codes, sealed in the database."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": gettext_lazy(
            "Ce code n’est pas le bon ou a déjà servi. Attendez le suivant, puis saisissez-le."
        ),
    }

    def generate_authenticator_name(self, user: AbstractBaseUser, type: Authenticator.Type) -> str:  # noqa: A002 - theirs
        """Propose a name for a passkey."""
        number = Authenticator.objects.filter(user_id=user.pk, type=type).count() + 1
        return _("Clé d’accès %(number)s") % {"number": number}

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """Passkeys belong to the site's address in the settings, whatever the request says its own is."""
        return {"id": urlsplit(settings.SITE_URL).hostname or "", "name": settings.SITE_NAME}

    def encrypt(self, text: str) -> str:
        """Seal a secret."""
        return box("second_factor").encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Open what `encrypt` sealed."""
        return box("second_factor").decrypt(encrypted_text.encode()).decode()
