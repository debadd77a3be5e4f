"""Closed vocabularies of the directory."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class CommuneKind(TextChoices):
    """What an INSEE code of the official geographic code designates today."""

    COMMUNE = "commune", _("Commune")
    ARRONDISSEMENT = "arrondissement", _("Arrondissement municipal")


class FormerKind(TextChoices):
    """Why a name or a code is no longer that of a commune (code général des collectivités territoriales, L2113-1)."""

    DELEGATED = "deleguee", _("Commune déléguée")
    ASSOCIATED = "associee", _("Commune associée")
    MERGED = "ancienne", _("Ancienne commune")


class Zone(TextChoices):
    """Where the territory lies: the law and the postal tariffs differ overseas."""

    METRO = "metro", _("Métropole")
    DROM = "drom", _("Département ou région d’outre-mer")
    COM = "com", _("Collectivité d’outre-mer")


class KeySource(TextChoices):
    """What a search key is, so that a suggestion can say why it was found."""

    NAME = "name", _("Nom")
    CODE = "code", _("Code INSEE")
    POSTCODE = "postcode", _("Code postal")
    FORMER_NAME = "former_name", _("Ancien nom")
    FORMER_CODE = "former_code", _("Ancien code INSEE")


class OrganisationKind(TextChoices):
    """Who takes part in exchanges."""

    COMMUNE = "commune", _("Commune")
    EPCI = "epci", _("Intercommunalité")
    DEPARTEMENT = "departement", _("Département")
    REGION = "region", _("Région")
    SYNDICAT = "syndicat", _("Syndicat")
    CCAS = "ccas", _("Centre communal d’action sociale")
    STATE = "etat", _("Service de l’État")
    OPERATOR = "operator", _("Organisme chargé d’une mission de service public")
    REQUESTER = "requester", _("Organisme demandeur (notaire, caisse…)")
    EDITOR = "editor", _("Éditeur de logiciel")


class OrganisationState(TextChoices):
    """A closed organisation keeps its history and takes part in nothing new."""

    ACTIVE = "active", _("Active")
    CLOSED = "closed", _("Fermée")


class UnitKind(TextChoices):
    """Levels of a unit tree. ORGANISATION is the root, one per organisation, made at registration."""

    ORGANISATION = "organisation", _("Organisation")
    DIRECTION = "direction", _("Direction")
    SERVICE = "service", _("Service")
    BUREAU = "bureau", _("Bureau")
    ARRONDISSEMENT = "arrondissement", _("Mairie d’arrondissement")


class LinkStrength(TextChoices):
    """How sure we are that a person works for the organisation: the third axis of assurance, in this order."""

    DECLARED = "declared", _("Déclaré par la personne")
    MODERATED = "moderated", _("Vérifié par un administrateur")
    CERTIFIED = "certified", _("Certifié par une source officielle")

    @property
    def rank(self) -> int:
        """0 declared, 1 moderated, 2 certified (scale of ProConnect's « norme eIDAS »)."""
        return list(LinkStrength).index(self)


class MembershipState(TextChoices):
    """A suspended membership opens nothing until an administrator lifts the suspension."""

    ACTIVE = "active", _("Active")
    SUSPENDED = "suspended", _("Suspendue")
