"""Words of the signing context."""

from enum import StrEnum

from django.db import models
from django.utils.translation import gettext_lazy as _


class Form(StrEnum):
    """The form of a signature. The names are those of the ETSI standards."""

    PADES = "pades"
    CADES = "cades"
    XADES = "xades"
    XADES_DETACHED = "xades-detached"


class StepKind(models.TextChoices):
    """What is asked of an officer."""

    VISA = "visa", _("Visa")
    SIGNATURE = "signature", _("Signature")


class ItemState(models.TextChoices):
    """Where a document is on its way to a signature."""

    TO_VISA = "to_visa", _("À viser")
    TO_SIGN = "to_sign", _("À signer")
    SIGNING = "signing", _("Signature en cours")
    SIGNED = "signed", _("Signé")
    RETURNED = "returned", _("Renvoyé pour correction")
    REFUSED = "refused", _("Refusé")
    WITHDRAWN = "withdrawn", _("Retiré")


class StepState(models.TextChoices):
    """Where one step is."""

    WAITING = "waiting", _("À venir")
    CURRENT = "current", _("En cours")
    DONE = "done", _("Fait")
    REFUSED = "refused", _("Refusé")
    RETURNED = "returned", _("Renvoyé")


class BatchState(models.TextChoices):
    """Where a batch is."""

    FROZEN = "frozen", _("À confirmer")
    CONFIRMED = "confirmed", _("Signature en cours")
    WAITING_TIME = "waiting_time", _("En attente d’horodatage")
    DONE = "done", _("Terminé")
    CANCELLED = "cancelled", _("Abandonné")


class EntryState(models.TextChoices):
    """Where one document of a batch is. The first three are open: the document is in no other batch."""

    PENDING = "pending", _("À signer")
    SIGNED = "signed", _("Signé, à horodater")
    WAITING_TIME = "waiting_time", _("En attente d’horodatage")
    DONE = "done", _("Signé")
    SKIPPED = "skipped", _("Retiré avant la signature")
    FAILED = "failed", _("Non signé")


OPEN_ENTRIES = (EntryState.PENDING, EntryState.SIGNED, EntryState.WAITING_TIME)


class Level(models.TextChoices):
    """What accompanies the signature (ETSI baseline levels)."""

    B_B = "B-B", _("Signature seule")
    B_T = "B-T", _("Signature horodatée")
    B_LT = "B-LT", _("Signature horodatée, avec de quoi vérifier les certificats plus tard")
    B_LTA = "B-LTA", _("La même, et un horodatage qui couvre le tout")


LONG_TERM = (Level.B_LT, Level.B_LTA)


class CertificateState(models.TextChoices):
    """The life of a certificate. Expiry is read from its dates."""

    ACTIVE = "active", _("En service")
    REPLACED = "replaced", _("Remplacé")
    REVOKED = "revoked", _("Révoqué")


class RevocationReason(models.TextChoices):
    """Why a certificate is revoked (RFC 5280 §5.3.1)."""

    KEY_COMPROMISE = "key_compromise", _("Clé compromise")
    AFFILIATION_CHANGED = "affiliation_changed", _("La personne a quitté ses fonctions")
    SUPERSEDED = "superseded", _("Remplacé par un autre")
    CESSATION = "cessation_of_operation", _("Le certificat ne sert plus")


class KeyPlace(models.TextChoices):
    """Where a key is."""

    MODULE = "pkcs11", _("module de sécurité")
    FILES = "files", _("fichier, pour la démonstration seulement")
    CARD = "card", _("carte de l’agent")
