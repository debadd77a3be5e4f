"""Pages for what goes wrong: what happened, and what to do next."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from parvis.core import words
from parvis.core.actor import ANONYMOUS
from parvis.core.errors import DomainError
from parvis.identity import queries as identity
from parvis.web.refusals import journal

NOT_FOUND = 404
FORBIDDEN = 403


def refusal(request: HttpRequest, error: DomainError) -> HttpResponse:
    """A refusal that no form caught: its message, its status, and a way back."""
    signed_in = request.user.is_authenticated
    journal(identity.actor_of(request.user) if signed_in else ANONYMOUS, request, error)  # type: ignore[arg-type]
    heading = {NOT_FOUND: _("Page introuvable"), FORBIDDEN: _("Accès refusé")}.get(
        error.status, _("Cette action n’est pas possible")
    )
    return _page(request, heading, words.said(error), error.status)


def expired_form(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001 - Django's signature
    """The anti-forgery token does not match: cookies refused, or a page left open for very long."""
    return _page(
        request,
        _("Votre page a expiré"),
        _(
            "Votre navigateur n’a pas renvoyé le cookie de sécurité de cette page. Revenez à la page précédente, "
            "rechargez-la, puis envoyez de nouveau. Les étapes déjà enregistrées ne sont pas perdues."
        ),
        FORBIDDEN,
    )


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001 - Django's signature
    """No such address."""
    return _page(
        request,
        _("Page introuvable"),
        _("Cette adresse n’existe pas ou n’existe plus. Vérifiez-la, ou repartez de l’accueil."),
        NOT_FOUND,
    )


def server_error(request: HttpRequest) -> HttpResponse:
    """A defect of ours. Nothing is half-written: the transaction was rolled back."""
    return _page(
        request,
        _("Un problème est survenu"),
        _("C’est de notre fait. Rien n’a été enregistré à moitié : réessayez dans quelques minutes."),
        500,
    )


def _page(request: HttpRequest, heading: str, message: Any, status: int) -> HttpResponse:
    context = {"heading": heading, "message": message, "tone": "error", "page_errors": True}
    return render(request, "web/refusal.html", context, status=status)
