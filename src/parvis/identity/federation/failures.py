"""Say why signing in through a provider did not work: what happened, and what to do next."""

from parvis.core.errors import DomainError

_UNAVAILABLE = frozenset({"temporarily_unavailable", "server_error", "unreachable"})
_LEVEL = frozenset({"invalid_acr", "unmet_authentication_requirements", "acr_too_low", "acr_missing"})
_AGAIN = frozenset({"login_required", "interaction_required", "consent_required", "account_selection_required"})


def failure(code: str, name: str, description: str = "") -> DomainError:
    """Return the refusal for a code: one of OAuth's errors, or one of our own checks."""
    params = {"name": name}
    if code == "access_denied" and "acr" in description.lower():
        code = "unmet_authentication_requirements"
    if code == "access_denied":
        return DomainError(
            "sign_in_cancelled",
            "La connexion par %(name)s a été abandonnée ou refusée. Rien n’a été enregistré. Vous pouvez recommencer, "
            "ou choisir un autre moyen de connexion.",
            params=params,
        )
    if code in _UNAVAILABLE:
        return DomainError(
            "provider_unavailable",
            "%(name)s ne répond pas pour le moment. Réessayez dans quelques minutes, ou choisissez un autre moyen de "
            "connexion.",
            params=params,
        )
    if code in _LEVEL:
        return DomainError(
            "level_too_low",
            "%(name)s n’a pas pu vérifier votre identité au niveau demandé. Recommencez en choisissant, chez "
            "%(name)s, un compte plus sûr.",
            params=params,
        )
    if code in _AGAIN:
        return DomainError(
            "provider_session_over",
            "Votre session chez %(name)s est terminée. Recommencez la connexion.",
            params=params,
        )
    if code == "attempt_unknown":
        return DomainError(
            "attempt_unknown",
            "Cette connexion a expiré, a déjà servi ou a commencé dans un autre navigateur. Recommencez depuis la page "
            "de connexion : elle doit se terminer dans les dix minutes.",
        )
    return DomainError(
        "provider_answer_refused",
        "La réponse de %(name)s n’a pas passé nos contrôles de sécurité : nous ne vous avons pas connecté. "
        "Recommencez. Si cela se reproduit, écrivez à l’assistance en indiquant le code affiché.",
        params=params,
    )
