"""Django registration of the exchange context."""

from django.apps import AppConfig


class ExchangeConfig(AppConfig):
    """The hub: folders, one case per recipient, events, notifications, subscriptions."""

    name = "parvis.exchange"
    label = "exchange"
