"""What every page needs to draw its frame."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from parvis.identity import queries as identity


def context(_request: HttpRequest) -> dict[str, Any]:
    """Template context of the shell. Makes no SQL query: it runs on every page."""
    return {
        "site_name": settings.SITE_NAME,
        "demo": getattr(settings, "DEMO", False),
        "cards_offered": identity.cards_offered,
        "sign_in_choices": identity.sign_in_choices,  # called by the pages that show it only
    }
