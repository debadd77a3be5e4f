"""Words of the access context."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Action(models.TextChoices):
    """What a grant allows, on one organisation and one process."""

    FOLDER_DEPOSIT = "folder:deposit", _("Déposer des dossiers")
    FOLDER_READ = "folder:read", _("Suivre les dossiers déposés")
    CASE_READ = "case:read", _("Consulter les dossiers reçus")
    CASE_DOWNLOAD = "case:download", _("Télécharger les pièces")
    CASE_PROCESS = "case:process", _("Traiter les dossiers reçus")
    MANDATE_USE = "mandate:use", _("Agir pour les organismes qui ont donné mandat")
    PLATFORM_ADMINISTER = "platform:administer", _("Administrer la plateforme")
    ACT_PREPARE = "act:prepare", _("Envoyer des documents à la signature")
    ACT_VISA = "act:visa", _("Viser des documents")
    ACT_SIGN = "act:sign", _("Signer des documents")
    MEMBERS_MANAGE = "members:manage", _("Gérer les agents et leurs droits")
    REGISTER_READ = "register:read", _("Consulter les registres conservés")
    REGISTER_KEEP = "register:keep", _("Verser les registres au greffe")
    DEPOSIT_RECEIVE = "deposit:receive", _("Recevoir et vérifier les versements de registres")
    REGISTER_INSPECT = "register:inspect", _("Inspecter les registres du ressort")


class PrincipalKind(models.TextChoices):
    """Who may hold a grant. A unit's grant is held by everyone who works in it or below it."""

    ACCOUNT = "account", _("Personne")
    CLIENT = "client", _("Logiciel")
    MEMBERSHIP = "membership", _("Agent")
    UNIT = "unit", _("Service")
    MANDATE = "mandate", _("Mandat")


class SeparationKind(models.TextChoices):
    """Where two actions may not meet: in one person's rights, or in one person's acts on the same object."""

    PERSON = "person", _("La même personne ne peut pas avoir les deux droits")
    OBJECT = "object", _("La même personne ne peut pas faire les deux sur le même objet")


EVERY_PROCESS = "*"
ADMINISTRATIVE = frozenset({Action.MEMBERS_MANAGE, Action.PLATFORM_ADMINISTER})
"""Rights over rights: never by cover nor by mandate, passed on only with an explicit depth."""
SENSITIVE = ADMINISTRATIVE | {Action.ACT_SIGN}
"""Given by one administrator, opened by a second one; `models.SensitiveRight` adds others."""
NEVER_BY_MANDATE = SENSITIVE | {Action.MANDATE_USE}
"""What an editor never does for its customers, whatever their mandate says."""
