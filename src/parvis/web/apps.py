"""Django registration of the web context."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    """URL table, API root, page shell, event wiring: the only place that knows everybody."""

    name = "parvis.web"
    label = "web"
