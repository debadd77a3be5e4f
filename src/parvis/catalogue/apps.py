"""Django registration of the catalogue context."""

from django.apps import AppConfig


class CatalogueConfig(AppConfig):
    """Processes (démarches) and online services as data, with their workflows."""

    name = "parvis.catalogue"
    label = "catalogue"
