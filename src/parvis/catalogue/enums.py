"""Words of the catalogue: states of a folder and of a case, as HubEE names them."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class CaseStatus(models.TextChoices):
    """State of a case at its recipient. Codes are those of HubEE's protocol; labels are for people."""

    HUBEE_RECEIVED = "HUBEE_RECEIVED", _("Déposé")
    HUBEE_COMPLETED = "HUBEE_COMPLETED", _("Complété")
    HUBEE_NOTIFIED = "HUBEE_NOTIFIED", _("Nouveau")
    SENT = "SENT", _("Transmis")
    SI_RECEIVED = "SI_RECEIVED", _("Reçu par le service")
    IN_PROGRESS = "IN_PROGRESS", _("En cours de traitement")
    ADD_AWAITING = "ADD_AWAITING", _("En attente de compléments")
    REFUSED = "REFUSED", _("Refusé")
    DONE = "DONE", _("Traité")
    SI_INTG_ERROR = "SI_INTG_ERROR", _("Erreur d’intégration")
    CLOSED = "CLOSED", _("Clos")
    ARCHIVED = "ARCHIVED", _("Archivé")


# No more work is expected from the recipient in these states.
SETTLED = frozenset({CaseStatus.DONE, CaseStatus.REFUSED, CaseStatus.CLOSED, CaseStatus.ARCHIVED})


class Validation(models.TextChoices):
    """Who accepts a new subscription: nobody (at once) or the depositor."""

    AUTO = "Auto", _("Automatique")
    MANUAL = "Manual", _("Par le déposant")


class Workflow(models.TextChoices):
    """Named transition tables, see `workflow`."""

    WITH_COMPLEMENT = "with_complement", _("Avec demande de compléments")
    WITHOUT_COMPLEMENT = "without_complement", _("Sans demande de compléments")
    DEATH_CERTIFICATE = "death_certificate", _("Certificat de décès")
