"""Django registration of the access context."""

from django.apps import AppConfig


class AccessConfig(AppConfig):
    """Grants and decisions: who may do what, where, and why."""

    name = "parvis.access"
    label = "access"
