"""Say why a card did not open anything, and what to do."""

from django.utils.translation import gettext_noop

from parvis.core.errors import DomainError, RefusedError

_SAID = {
    "attempt_unknown": gettext_noop(
        "Cette connexion a expiré, a déjà servi ou a commencé dans un autre navigateur. "
        "Recommencez depuis la page de connexion."
    ),
    "no_card": gettext_noop(
        "Votre navigateur n’a présenté aucun certificat. Insérez votre carte, vérifiez le "
        "lecteur, puis recommencez. Si le navigateur ne demande rien, fermez-le entièrement et "
        "rouvrez-le."
    ),
    "certificate_expired": gettext_noop(
        "Le certificat de cette carte n’est plus valable, ou pas encore. Demandez une carte à jour à votre organisme."
    ),
    "certificate_revoked": gettext_noop(
        "Cette carte a été révoquée : elle ne peut plus servir. Demandez-en une nouvelle à votre organisme."
    ),
    "authority_unknown": gettext_noop(
        "Cette carte ne vient pas d’une autorité que cette plateforme reconnaît. Connectez-vous "
        "autrement, ou demandez à l’exploitant si votre autorité peut être ajoutée."
    ),
    "not_for_sign_in": gettext_noop(
        "Ce certificat ne sert pas à se connecter. Choisissez celui d’authentification, s’il y en"
        " a plusieurs sur votre carte."
    ),
    "policy_unknown": gettext_noop("Le niveau de cette carte n’est pas reconnu ici : il faut une carte RGS ** ou ***."),
    "revocation_unknown": gettext_noop(
        "Nous ne pouvons pas vérifier en ce moment si cette carte est révoquée. Connectez-vous "
        "autrement, ou réessayez plus tard."
    ),
}


def failure(code: str) -> DomainError:
    """Return the refusal for a code of `checking`."""
    kind = DomainError if code in {"attempt_unknown", "no_card"} else RefusedError
    return kind(code if code in _SAID else "card_refused", _SAID.get(code, _SAID["attempt_unknown"]))
