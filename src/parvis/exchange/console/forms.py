"""Forms of the supervision pages."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from parvis.catalogue.enums import CaseStatus
from parvis.directory.enums import OrganisationKind
from parvis.exchange.commands import WATCHED
from parvis.ui.forms import ChecksField, EmailField, Form, LongTextField, NumberField, SelectField, TextField


class FilterForm(Form):
    """What the board is narrowed to. A value that is not offered narrows nothing."""

    demarche = SelectField(label=_("Démarche"), required=False, choices=[])
    organisme = SelectField(label=_("Organisme"), required=False, choices=[])

    def __init__(
        self, *args: Any, processes: Sequence[tuple[str, str]], organisations: Sequence[tuple[str, str]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.conditional = True  # type: ignore[attr-defined] # « (facultatif) » goes without saying on a filter
        every_process, every_organisation = ("", _("Toutes les démarches")), ("", _("Tous les organismes"))
        self.fields["demarche"].choices = [every_process, *processes]  # type: ignore[attr-defined]
        self.fields["organisme"].choices = [every_organisation, *organisations]  # type: ignore[attr-defined]


class ThresholdsForm(Form):
    """How many days a case of one process may stay in each state."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for status in WATCHED:
            self.fields[status.value] = NumberField(
                label=CaseStatus(status).label,
                hint=_("En jours. Laissez vide pour ne pas fixer de délai."),
                required=False,
            )


# The command line alone makes a key that administers: it is not a form's business.
ROLE_WORDS = {
    "SI": _("Reçoit et traite des dossiers"),
    "OSL": _("Dépose des dossiers"),
    "ADMIN": _("Administre la plateforme"),
}


class KeyForm(Form):
    """A new key: what it is for, what it does, for whom."""

    name = TextField(label=_("Nom du logiciel"), max_length=200)
    role = SelectField(
        label=_("Ce qu’il fait"),
        choices=[(role, ROLE_WORDS[role]) for role in ("SI", "OSL")],
    )
    siret = TextField(label=_("SIRET de l’organisme"), max_length=14, min_length=14)
    branch = TextField(
        label=_("Code du service"), hint=_("Pour une commune, son code Insee."), required=False, max_length=10
    )


class ContactForm(Form):
    """What may be corrected of an organisation."""

    name = TextField(label=_("Nom"), max_length=200)
    email = EmailField(label=_("Adresse électronique"), required=False)


class OrganisationForm(ContactForm):
    """A new organisation: who it is, where it is."""

    kind = SelectField(label=_("Nature"), choices=OrganisationKind.choices)
    siret = TextField(label=_("SIRET"), hint=_("14 chiffres, sur l’avis de situation Sirene."), max_length=20)
    commune_code = TextField(
        label=_("Code Insee de la commune"),
        hint=_("Obligatoire pour une mairie. Exemple : 35238 pour Rennes."),
        required=False,
        max_length=5,
    )
    branch_code = TextField(
        label=_("Code du service"),
        hint=_("Seulement si plusieurs services partagent ce SIRET. Pour une mairie, laissez vide."),
        required=False,
        max_length=10,
    )

    field_order = ("kind", "name", "siret", "commune_code", "branch_code", "email")


class JobsForm(Form):
    """Which failed jobs to act on, among those shown."""

    travail = ChecksField(label=_("Travaux en échec"), missing=_("Choisissez au moins un travail."))

    def __init__(self, *args: Any, shown: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["travail"].choices = shown  # type: ignore[attr-defined]


METHOD_WORDS = {
    "client_secret_basic": _("Un secret, gardé par son serveur"),
    "private_key_jwt": _("Une clé privée, dont il publie la clé publique"),
    "tls_client_auth": _("Un certificat"),
    "none": _("Rien : application sans serveur"),
}
SCOPE_WORDS = {
    "email": _("Adresse électronique"),
    "profile": _("Prénom et nom"),
    "offline_access": _("Relire ces données sans la personne, 90 jours au plus"),
}


class SiteForm(Form):
    """A town's site that relies on us: who it is, why, where people go back to, what it may ask."""

    name = TextField(label=_("Nom du site"), hint=_("Tel que les habitants le connaissent."), max_length=120)
    purpose = TextField(
        label=_("Pourquoi il reçoit ces données"), hint=_("Une phrase : la personne la lira."), max_length=300
    )
    siret = TextField(label=_("SIRET de l’organisme"), max_length=14, min_length=14)
    branch = TextField(
        label=_("Code du service"), hint=_("Pour une commune, son code Insee."), required=False, max_length=10
    )
    redirect_uris = LongTextField(label=_("Adresses de retour"), hint=_("Une par ligne, à la lettre près."))
    post_logout_redirect_uris = LongTextField(
        label=_("Adresses après la déconnexion"), hint=_("Une par ligne."), required=False
    )
    backchannel_logout_uri = TextField(label=_("Adresse à prévenir des déconnexions"), required=False, max_length=500)
    scopes = ChecksField(
        label=_("Ce qu’il peut demander, en plus d’un numéro au hasard"),
        choices=list(SCOPE_WORDS.items()),
        required=False,
    )
    auth_method = SelectField(label=_("Comment il prouve que c’est lui"), choices=list(METHOD_WORDS.items()))
    jwks_uri = TextField(
        label=_("Adresse de ses clés publiques"), hint=_("S’il a une clé privée."), required=False, max_length=500
    )
    tls_subject = TextField(
        label=_("Sujet de son certificat"), hint=_("S’il a un certificat."), required=False, max_length=500
    )
