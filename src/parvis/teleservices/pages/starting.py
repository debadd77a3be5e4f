"""Choosing a service and starting it."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from parvis.catalogue import queries as catalogue
from parvis.core.errors import AbsentError
from parvis.teleservices import commands, registry
from parvis.teleservices.pages.session import citizen, signed_in


@require_safe
def services(request: HttpRequest) -> HttpResponse:
    """Every service a citizen may start."""
    return render(request, "teleservices/services.html", {"services": list(catalogue.open_services())})


@require_http_methods(["GET", "HEAD", "POST"])
def start(request: HttpRequest, service: str) -> HttpResponse:
    """What the service is, what to have at hand, and a button to begin."""
    if request.method == "POST":
        return _begin(request, service)
    online, journey = catalogue.service(service), registry.journey(service)
    if online is None or journey is None:
        raise AbsentError("unknown_service", "Ce service n’existe pas ou n’est plus ouvert.")
    return render(request, f"teleservices/start/{service}.html", {"service": online, "journey": journey})


@signed_in
def _begin(request: HttpRequest, service: str) -> HttpResponse:
    request_id = commands.start_request(service=service, actor=citizen(request))
    return HttpResponseRedirect(reverse("request", args=[request_id]))


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def abandon(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """Delete a draft, after saying that it cannot be undone."""
    if request.method == "POST":
        commands.abandon_request(request_id=request_id, actor=citizen(request))
        messages.success(request, _("Votre brouillon est supprimé."))
        return HttpResponseRedirect(reverse("dashboard"))
    return render(request, "teleservices/abandon.html", {"request_id": request_id})
