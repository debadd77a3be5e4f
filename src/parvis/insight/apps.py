"""Django registration of the insight context."""

from django.apps import AppConfig


class InsightConfig(AppConfig):
    """Bouquet optimiser, survey and benchmark data, indicators, cost accounting."""

    name = "parvis.insight"
    label = "insight"
