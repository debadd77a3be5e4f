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
    PLATFORM_ADMINISTER = "platform:administer", _("Administrer la plateforme")
    ACT_PREPARE = "act:prepare", _("Envoyer des documents à la signature")
    ACT_VISA = "act:visa", _("Viser des documents")
    ACT_SIGN = "act:sign", _("Signer des documents")
    MEMBERS_MANAGE = "members:manage", _("Gérer les agents et leurs droits")


class PrincipalKind(models.TextChoices):
    """Who may hold a grant."""

    ACCOUNT = "account", _("Personne")
    CLIENT = "client", _("Logiciel")


EVERY_PROCESS = "*"
