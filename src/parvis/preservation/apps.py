"""Django registration of the preservation context."""

from django.apps import AppConfig


class PreservationConfig(AppConfig):
    """Conservation base: registers and evidence kept under the procureur."""

    name = "parvis.preservation"
    label = "preservation"
