"""Django registration of the directory context."""

from django.apps import AppConfig


class DirectoryConfig(AppConfig):
    """Communes of the official geographic code, organisations, unit trees, memberships."""

    name = "parvis.directory"
    label = "directory"
