"""Django registration of the identity context."""

from django.apps import AppConfig


class IdentityConfig(AppConfig):
    """Accounts, sign-in, machine clients and their tokens."""

    name = "parvis.identity"
    label = "identity"
