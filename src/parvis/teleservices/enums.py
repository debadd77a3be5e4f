"""Words of the teleservices context."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class RequestState(models.TextChoices):
    """Where a citizen's request is before the hub takes it over."""

    DRAFT = "draft", _("Brouillon")
    SUBMITTED = "submitted", _("Envoyée")
    ABANDONED = "abandoned", _("Supprimée")
    EXPIRED = "expired", _("Expirée")
