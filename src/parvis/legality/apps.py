"""Django registration of the legality context."""

from django.apps import AppConfig


class LegalityConfig(AppConfig):
    """Acts sent to the préfecture and accounts sent to the comptable."""

    name = "parvis.legality"
    label = "legality"
