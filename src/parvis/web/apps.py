"""Django registration of the web context."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    """URL table, API root, page shell, event wiring: the only place that knows everybody."""

    name = "parvis.web"
    label = "web"

    def ready(self) -> None:
        """Connect events to their listeners, once every context is loaded."""
        from parvis.web import wiring  # noqa: PLC0415 - models must be ready first

        wiring.connect()
