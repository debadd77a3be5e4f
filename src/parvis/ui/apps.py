"""Django registration of the ui context."""

from django.apps import AppConfig


class UiConfig(AppConfig):
    """Components, form fields and the neutral skin."""

    name = "parvis.ui"
    label = "ui"
