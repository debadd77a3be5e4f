"""Words of the notifications context."""

from django.db import models


class MessageState(models.TextChoices):
    """Where a message is on its way."""

    QUEUED = "queued", "En attente"
    SENT = "sent", "Envoyé"
    FAILED = "failed", "Échec"
