"""Words of the exchange context, as HubEE names them on the wire."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class AttachmentState(models.TextChoices):
    """Where a document is on its way."""

    PENDING = "PENDING", _("Attendu")
    RECEIVED = "RECEIVED", _("Reçu")
    CORRUPTED = "CORRUPTED", _("Infecté")
    REJECTED = "REJECTED", _("Rejeté")
    DELETED = "DELETED", _("Supprimé")


class SignatureVerdict(models.TextChoices):
    """What the hub found of a message's electronic signature, when its author signs such messages."""

    RECOGNISED = "recognised", _("Signature vérifiée")
    INTACT = "intact", _("Document intact, signataire non reconnu")
    BROKEN = "broken", _("Signature non valable")
    ABSENT = "absent", _("Non signé")


class EventType(models.TextChoices):
    """What happened on a case."""

    STATUS_UPDATE = "STATUS_UPDATE", _("Changement d’état")
    ATTACH_DEPOSIT = "ATTACH_DEPOSIT", _("Dépôt de pièces")
    ATTACH_DL = "ATTACH_DL", _("Téléchargement d’une pièce")
    ATTACH_DL_ALL = "ATTACH_DL_ALL", _("Téléchargement de toutes les pièces")
    COM_ADD = "COM_ADD", _("Note interne")
    SENDING_MESSAGE = "SENDING_MESSAGE", _("Message")


class EventState(models.TextChoices):
    """Where an event is on its way to the other side."""

    IN_PROGRESS = "IN_PROGRESS", _("En préparation")
    SENT = "SENT", _("Envoyé")
    RECEIVED = "RECEIVED", _("Reçu")


class AccessMode(models.TextChoices):
    """How a subscriber takes its cases."""

    PORTAL = "PORTAIL", _("Bureau de suivi")
    API = "API", _("Logiciel métier")


class MailFrequency(models.TextChoices):
    """How often a subscriber is written to, in the protocol's words."""

    NONE = "Aucune", _("Jamais")
    EACH = "unitaire", _("À chaque dossier")
    DAILY = "quotidienne", _("Une fois par jour")
    TWICE_DAILY = "biquotidienne", _("Deux fois par jour")


class SubscriptionState(models.TextChoices):
    """Life of a subscription."""

    INACTIVE = "Inactif", _("Inactif")
    ACTIVE = "Actif", _("Actif")
    SUSPENDED = "Suspendu", _("Suspendu")
    REFUSED = "Refusé", _("Refusé")


class Side(models.TextChoices):
    """Who acts on a case: its depositor's side, or its recipient's."""

    DEPOSITOR = "OSL", _("Déposant")
    RECIPIENT = "SI", _("Destinataire")


class WebhookState(models.TextChoices):
    """Where a webhook is on its way."""

    WAITING = "waiting", _("En attente")
    DELIVERED = "delivered", _("Remis")
    ABANDONED = "abandoned", _("Abandonné")


class SituationKind(models.TextChoices):
    """What may last and be wrong: told once, and once more when it is over."""

    LATE = "late", _("Dossiers en retard")
    UNFETCHED = "unfetched", _("Aucun logiciel ne relève les dossiers")
    UNREAD = "unread", _("Personne n’a le droit de lire les dossiers")
    UNREACHABLE = "unreachable", _("Webhook injoignable")


class ReplyState(models.TextChoices):
    """Where an answer to sign is. The first three are open: the case has no other one."""

    PREPARING = "preparing", _("En préparation")
    TO_SIGN = "to_sign", _("À la signature")
    RETURNED = "returned", _("À corriger")
    DELIVERED = "delivered", _("Signée et remise")
    REFUSED = "refused", _("Refusée")
    WITHDRAWN = "withdrawn", _("Retirée")
    FAILED = "failed", _("Non remise")


OPEN_REPLIES = (ReplyState.PREPARING, ReplyState.TO_SIGN, ReplyState.RETURNED)
