"""Django registration of the civilstatus context."""

from django.apps import AppConfig


class CivilstatusConfig(AppConfig):
    """Civil-status acts, verifications, extracts and mention notices."""

    name = "parvis.civilstatus"
    label = "civilstatus"
