"""What Parvis talks to: the mail server, and the browser of the tests."""

import shutil
import smtplib

from parvis.cli.checks.finding import Finding, ok, warning

_TIMEOUT = 5
_BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def mail() -> list[Finding]:
    """Greet the mail server, send nothing."""
    from django.conf import settings  # noqa: PLC0415 - settings are read when the check runs

    if not settings.EMAIL_BACKEND.endswith("smtp.EmailBackend"):
        return ok("Courriel", f"pas de SMTP ({settings.EMAIL_BACKEND})")
    place = f"{settings.EMAIL_HOST}:{settings.EMAIL_PORT}"
    try:
        with smtplib.SMTP(settings.EMAIL_HOST, settings.EMAIL_PORT, timeout=_TIMEOUT) as server:
            server.noop()
    except OSError as problem:
        return warning(
            "Courriel",
            f"{place} ne répond pas ({problem}) : aucun message ne partira",
            "Indiquez votre serveur dans PARVIS_SMTP_HOST et PARVIS_SMTP_PORT.",
        )
    return ok("Courriel", place)


def browser() -> list[Finding]:
    """The page tests need Chromium; a server does not."""
    for name in _BROWSERS:
        if found := shutil.which(name):
            return ok("Chromium", f"{found} (tests des pages)")
    return warning(
        "Chromium",
        "absent : les tests des pages seront sautés",
        "Sans effet sur un serveur ; sinon apt install chromium.",
    )
