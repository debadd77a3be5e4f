"""What leaves, in plain words: the same lines on the consent page and on the citizen's own page."""

from collections.abc import Sequence

from allauth.account.models import EmailAddress
from django.utils.translation import gettext as _

from parvis.identity.models import Account
from parvis.identity.provider.words import CLAIMS, Scope
from parvis.ui.parts import Row


def values(scopes: Sequence[str], account: Account) -> dict[str, str | bool]:
    """Return the claims of a person that these scopes let leave: those we hold, nothing else, and never ``sub``."""
    held: dict[str, str | bool] = {"given_name": account.first_name, "family_name": account.last_name}
    if address := proven_address(account):
        held |= {"email": address, "email_verified": True}
    wanted = {claim for scope in scopes if scope in set(Scope) for claim in CLAIMS[Scope(scope)]}
    return {name: value for name, value in held.items() if name in wanted and value}


def proven_address(account: Account) -> str:
    """Return the address that the person proved to us, empty when there is none."""
    row = EmailAddress.objects.filter(user=account, verified=True, primary=True).first()
    return str(row.email) if row else ""


def sent(scopes: Sequence[str], account: Account) -> list[Row]:
    """Return what these scopes send of a person, to the letter."""
    found = values(scopes, account)
    rows = [Row(_("Un numéro au hasard"), _("propre à ce site ; aucun autre ne le connaît"))]
    if Scope.PROFILE in scopes:
        rows.append(Row(_("Prénom"), str(found.get("given_name") or _("rien : nous ne l’avons pas"))))
        rows.append(Row(_("Nom"), str(found.get("family_name") or _("rien : nous ne l’avons pas"))))
    if Scope.EMAIL in scopes:
        rows.append(Row(_("Adresse électronique"), str(found.get("email") or _("rien : nous ne l’avons pas"))))
    rows.append(Row(_("Connexion"), _("son moment, à cinq minutes près, et son niveau de sûreté")))
    return rows


def named(claim: str) -> str:
    """Name one claim in plain words."""
    return {
        "sub": _("un numéro au hasard"),
        "given_name": _("prénom"),
        "family_name": _("nom"),
        "email": _("adresse électronique"),
    }.get(claim, claim)
