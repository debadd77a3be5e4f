"""Handing a case over to another service of its organisation."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from parvis.core import words
from parvis.core.errors import AbsentError, DomainError
from parvis.directory import queries as directory
from parvis.exchange import commands, queries
from parvis.exchange.pages import agent
from parvis.exchange.service_form import chosen_unit


@require_POST
@login_required
def entrust(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Put a case in the hands of another service, and go where the agent can still go."""
    actor = agent(request)
    queries.recipient_case(case_id, actor)
    try:
        unit = chosen_unit(request.POST.get("unit", ""))
        commands.entrust_case(case_id=case_id, unit=unit, actor=actor)
    except DomainError as error:
        messages.error(request, words.said(error))
        return HttpResponseRedirect(reverse("desk_case", args=[case_id]))
    name = directory.unit_names([unit])[unit] if unit else _("tout l’organisme")
    messages.success(request, _("Dossier confié à : %(service)s.") % {"service": name})
    try:
        queries.recipient_case(case_id, actor)
    except AbsentError:  # it is no longer theirs
        return HttpResponseRedirect(reverse("desk"))
    return HttpResponseRedirect(reverse("desk_case", args=[case_id]))
