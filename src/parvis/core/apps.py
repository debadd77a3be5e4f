"""Django registration of the core context."""

from django.apps import AppConfig


class CoreConfig(AppConfig):
    """Errors, ids, clock, outbox, settings readers, embedded PostgreSQL."""

    name = "parvis.core"
    label = "core"
