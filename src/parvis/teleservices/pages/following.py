"""After sending: the citizen's own space, the state of a request, the answer, the documents received."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from parvis.catalogue.enums import CaseStatus
from parvis.core import words
from parvis.core.errors import AbsentError, DomainError
from parvis.core.http import file_response
from parvis.exchange import commands as exchange
from parvis.exchange import queries as hub
from parvis.teleservices import commands, queries, registry
from parvis.teleservices.enums import RequestState
from parvis.teleservices.forms import ComplementForm
from parvis.teleservices.models import Request
from parvis.teleservices.pages.filling import page_url
from parvis.teleservices.pages.presenting import STATUS_WORDS, status_badge, timeline_entries
from parvis.teleservices.pages.session import citizen, signed_in
from parvis.ui.dates import when
from parvis.ui.parts import FileItem, Link, Table


@require_safe
@signed_in
def dashboard(request: HttpRequest) -> HttpResponse:
    """Everything the citizen has started or sent."""
    rows = list(queries.requests_of(citizen(request)))
    sent = [row for row in rows if row.folder]
    context = {
        "awaited": [row for row in sent if _status(row) == CaseStatus.ADD_AWAITING],
        "drafts": _drafts_table([row for row in rows if row.state == RequestState.DRAFT]),
        "sent": _sent_table(sent),
    }
    return render(request, "teleservices/dashboard.html", context)


def _drafts_table(rows: list[Request]) -> Table:
    return Table(
        caption=_("Brouillons"),
        columns=[_("Démarche"), _("Enregistré"), _("Action")],
        rows=[
            [
                Link(
                    _("Reprendre : %(service)s") % {"service": row.service.said_name}, reverse("request", args=[row.id])
                ),
                when(row.updated_at),
                Link(_("Supprimer"), reverse("request_abandon", args=[row.id]), context=row.service.said_name),
            ]
            for row in rows
        ],
    )


def _sent_table(rows: list[Request]) -> Table:
    return Table(
        caption=_("Demandes envoyées"),
        columns=[_("Démarche"), _("Numéro"), _("Envoyée"), _("État")],
        rows=[
            [
                Link(row.service.said_name, reverse("request", args=[row.id]), context=row.number),
                row.number,
                when(row.submitted_at or row.created_at),
                status_badge(_status(row)),
            ]
            for row in rows
        ],
    )


def _status(row: Request) -> str:
    cases = list(row.folder.cases.all()) if row.folder else []
    return cases[0].status if cases else CaseStatus.HUBEE_RECEIVED


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def request_page(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """A request: the form while it is a draft, its state once it is sent."""
    row = queries.request_of(request_id, citizen(request))
    if row.state == RequestState.DRAFT:
        journey = registry.journey(row.service_id)
        if journey is None:
            raise AbsentError("unknown_service", "Ce service n’existe plus.")
        return HttpResponseRedirect(page_url(row.id, journey.first_unfinished(row.answers)))
    form = ComplementForm(request.POST, request.FILES) if request.method == "POST" else ComplementForm()
    if request.method == "POST" and form.is_valid() and _answered(request, row, form):
        messages.success(request, _("Votre réponse est envoyée à la mairie."))
        return HttpResponseRedirect(reverse("request", args=[request_id]))
    return render(
        request, "teleservices/request.html", _request_context(request, row, form), status=422 if form.errors else 200
    )


def _answered(request: HttpRequest, row: Request, form: ComplementForm) -> bool:
    upload = form.cleaned_data["document"]
    files = [commands.SentFile(upload.name or "document", upload.size, upload.chunks())] if upload else []
    try:
        commands.answer_complement(
            request_id=row.id, message=form.cleaned_data["message"], files=files, actor=citizen(request)
        )
    except DomainError as error:
        form.add_error("document" if files else "message", words.said(error))
        return False
    return True


def _request_context(request: HttpRequest, row: Request, form: ComplementForm) -> dict[str, Any]:
    case = hub.applicant_case(row.folder_id, citizen(request)) if row.folder_id else None
    if case is None:
        raise AbsentError("unknown_request", "Cette demande n’existe pas, ou elle n’est pas à vous.")
    entries = hub.timeline(case, for_applicant=True)
    return {
        "row": row,
        "case": case,
        "form": form,
        "just_sent": "envoyee" in request.GET,
        "badge": status_badge(case.status),
        "words": STATUS_WORDS.get(case.status, ""),
        "awaiting": case.status == CaseStatus.ADD_AWAITING,
        "question": next((e.message for e in reversed(entries) if e.status == CaseStatus.ADD_AWAITING), ""),
        "entries": timeline_entries(row, case, entries),
        "documents": [
            FileItem(document.name, reverse("request_document", args=[row.id, document.id]), size=document.size)
            for entry in entries
            if not entry.by_applicant
            for document in entry.documents
        ],
    }


@require_safe
@signed_in
def download(request: HttpRequest, request_id: UUID, attachment_id: UUID) -> HttpResponseBase:
    """A document of one's own request."""
    queries.request_of(request_id, citizen(request))
    return file_response(exchange.deliver_attachment(attachment_id=attachment_id, actor=citizen(request)))
