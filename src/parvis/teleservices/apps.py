"""Django registration of the teleservices context."""

from django.apps import AppConfig


class TeleservicesConfig(AppConfig):
    """What a citizen asks: stepped forms, their rules, payloads and follow-up."""

    name = "parvis.teleservices"
    label = "teleservices"
