"""Words of the preservation context."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class RegisterKind(models.TextChoices):
    """What a register holds (décret n° 2017-890, article 4 and following)."""

    BIRTH = "naissance", _("Naissances")
    RECOGNITION = "reconnaissance", _("Reconnaissances")
    MARRIAGE = "mariage", _("Mariages")
    DEATH = "deces", _("Décès")
    SINGLE = "unique", _("Registre unique")
    FOUND = "decouverte", _("Procès-verbaux de découverte")
    DECISIONS = "decisions", _("Décisions de changement de nom ou de prénom")


class EntryKind(models.TextChoices):
    """What an entry adds to a register. Nothing is ever changed: a mention is a new entry about an act."""

    ACT = "acte", _("Acte")
    MENTION = "mention", _("Mention en marge")
    STATE = "etat", _("Changement d’état")


class LegalState(models.TextChoices):
    """What an act is worth today."""

    VALID = "valide", _("Valable")
    CANCELLED = "annule", _("Annulé")
    WITHHELD = "incommunicable", _("Non communicable")
    RECTIFIED = "rectifie", _("Rectifié")


class IntakeState(models.TextChoices):
    """Where an import is."""

    RUNNING = "running", _("En cours")
    DONE = "done", _("Terminé")


class DepositState(models.TextChoices):
    """Where a deposit is, between the town hall and the registry of the court."""

    PREPARED = "prepared", _("Préparé, à signer")
    SIGNED = "signed", _("Signé")
    DEPOSITED = "deposited", _("Versé au greffe")
    VERIFIED = "verified", _("Vérifié")
    ACCEPTED = "accepted", _("Accepté")
    ANOMALY = "anomaly", _("Anomalie")
    WITHDRAWN = "withdrawn", _("Abandonné")


OPEN_DEPOSITS = (DepositState.PREPARED, DepositState.SIGNED, DepositState.DEPOSITED, DepositState.VERIFIED)


class Office(models.TextChoices):
    """Who watches over the registers of a commune at its court (code civil, articles 40, 49 and 53)."""

    REGISTRY = "greffe", _("Greffe du tribunal")
    PROSECUTOR = "parquet", _("Procureur de la République")


class LinkKind(models.TextChoices):
    """What a link of a register's chain carries."""

    ENTRIES = "entries", _("Entrées du registre")
    DEPOSIT = "deposit", _("Versement")


class SiteName(models.TextChoices):
    """The two sites."""

    PRIMARY = "primary", _("Site principal")
    REPLICA = "replica", _("Réplique")


class DamageKind(models.TextChoices):
    """What a check of fixity found."""

    ALTERED = "altered", _("Contenu altéré")
    MISSING = "missing", _("Fichier manquant")


class SedaVersion(models.TextChoices):
    """Versions of the archive exchange standard (Standard d’échange de données pour l’archivage)."""

    V21 = "2.1", "SEDA 2.1"
    V22 = "2.2", "SEDA 2.2"
    V23 = "2.3", "SEDA 2.3"


class Purpose(models.TextChoices):
    """Why someone reads an act: written in the journal with each reading."""

    COPY = "copie", _("Délivrer une copie ou un extrait")
    MENTION = "mention", _("Apposer une mention")
    CHECK = "verification", _("Vérifier une information")
    DEPOSIT = "versement", _("Vérifier un versement")
    REBUILDING = "reconstitution", _("Reconstituer un registre perdu ou abîmé")
    INSPECTION = "inspection", _("Contrôler la tenue des registres")
