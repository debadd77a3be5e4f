"""Django registration of the notifications context."""

from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    """Messages to people: written with the act, sent after commit."""

    name = "parvis.notifications"
    label = "notifications"
