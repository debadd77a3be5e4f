"""Django registration of the ledger context."""

from django.apps import AppConfig


class LedgerConfig(AppConfig):
    """Append-only Merkle log of everything that was done, by whom and why."""

    name = "parvis.ledger"
    label = "ledger"
