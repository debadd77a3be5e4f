"""Who enters the operator's pages, and the menu between them."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from parvis.access.enums import Action
from parvis.core import failed_jobs
from parvis.core.actor import Actor
from parvis.exchange import commands
from parvis.exchange.pages import agent
from parvis.identity import queries as identity
from parvis.ui.parts import NavItem

_ENTRIES: dict[str, Any] = {
    "board": _("Tableau de bord"),
    "organisations": _("Organismes"),
    "processes": _("Démarches"),
    "subscriptions": _("Abonnements"),
    "keys": _("Clés"),
    "sites": _("Sites reliés"),
    "webhooks": _("Webhooks"),
    "jobs": _("Travaux en échec"),
}


def operator(request: HttpRequest) -> Actor:
    """Return the operator, known and signed in strongly enough; raise RefusedError or ask for a stronger proof."""
    actor = agent(request)
    commands.require_platform(actor)
    identity.require_assurance(request, Action.PLATFORM_ADMINISTER)
    return actor


def menu(current: str) -> list[NavItem]:
    """Return the operator's pages, the present one marked. One query: how many jobs failed."""
    return [
        NavItem(
            label,
            reverse(name),
            current=name == current,
            count=(failed_jobs.count() or None) if name == "jobs" else None,
        )
        for name, label in _ENTRIES.items()
    ]
