"""The follow-up desk: an agent's inbox, and the page of a case."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from parvis.access import queries as access
from parvis.access.enums import EVERY_PROCESS, Action
from parvis.catalogue.enums import CaseStatus
from parvis.core import words
from parvis.core.actor import Actor
from parvis.core.errors import ConflictError, DomainError
from parvis.core.http import file_response
from parvis.exchange import commands, queries
from parvis.exchange.enums import OPEN_REPLIES, ReplyState, SignatureVerdict
from parvis.exchange.forms import NOTE_ONLY, CaseForm
from parvis.exchange.models import Attachment, Case
from parvis.exchange.presenting import VIEWS, choice_box, status_badge, timeline_entries, views
from parvis.exchange.reply_pages import reply_badge
from parvis.exchange.service_form import service_form
from parvis.identity import queries as identity
from parvis.ui.dates import when
from parvis.ui.parts import Column, FileItem, Link, Table

PAGE_SIZE = 25
_DONE: dict[str, Any] = {
    CaseStatus.SI_RECEIVED: gettext_lazy("Réception confirmée : le demandeur est prévenu."),
    CaseStatus.IN_PROGRESS: gettext_lazy("Traitement commencé."),
    CaseStatus.ADD_AWAITING: gettext_lazy("Votre demande de complément est envoyée."),
    CaseStatus.DONE: gettext_lazy("Dossier traité : le demandeur est prévenu."),
    CaseStatus.REFUSED: gettext_lazy("Dossier refusé : le demandeur est prévenu."),
}


def agent(request: HttpRequest) -> Actor:
    """Return the signed-in agent, for whom they act and how sure their session is."""
    return identity.actor_of_request(request)


@require_safe
@login_required
def inbox(request: HttpRequest) -> HttpResponse:
    """Cases received by the agent's organisations, in saved views."""
    actor = agent(request)
    view = request.GET.get("vue", "a-traiter")
    view = view if view in VIEWS else "a-traiter"
    text = request.GET.get("q", "")[:100]
    counts = queries.count_cases(actor)
    page = Paginator(queries.inbox(actor, statuses=VIEWS[view].statuses, text=text), PAGE_SIZE).get_page(
        request.GET.get("page")
    )
    context: dict[str, Any] = {"has_desk": bool(access.organisations_of(actor, [Action.CASE_READ]))}
    if context["has_desk"]:
        context |= {
            "views": views(counts, current=view, text=text),
            "may_manage": bool(access.organisations_of(actor, [Action.MEMBERS_MANAGE])),
            "results": page,
            "view": view,
            "text": text,
        }
        context["may_answer"] = bool(page) and _may_answer(actor)
        context |= {
            "most": min(page.paginator.count, commands.MOST_REPLIES),
            "table": _table(page, VIEWS[view].label, VIEWS[view].empty, choosing=context["may_answer"]),
        }
    return render(request, "exchange/inbox.html", context)


def _may_answer(actor: Actor) -> bool:
    """Whether they may send answers to be signed, somewhere where they process cases."""
    process, prepare = (access.organisations_of(actor, [one]) for one in (Action.CASE_PROCESS, Action.ACT_PREPARE))
    return bool(process & prepare)


def _table(page: Any, caption: Any, empty: Any, *, choosing: bool) -> Table:
    return Table(
        caption=caption,
        columns=[
            *([Column(_("Choisir"))] if choosing else []),
            Column(_("Demandeur")),
            Column(_("Démarche")),
            Column(_("Pour")),
            Column(_("Reçu")),
            Column(_("État")),
        ],
        rows=[
            [
                *([choice_box(case)] if choosing else []),
                Link(
                    f"{case.folder.applicant_last_name} {case.folder.applicant_first_name}",
                    reverse("desk_case", args=[case.id]),
                    context=case.external_id,
                ),
                case.process.said_name,
                case.recipient.name,
                when(case.sent_at or case.created_at),
                status_badge(case.status),
            ]
            for case in page
        ],
        total=page.paginator.count,
        empty=empty,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def case_page(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """A case: what to do next, its facts and documents, its story."""
    actor = agent(request)
    case = queries.recipient_case(case_id, actor)
    posted = request.method == "POST"
    form = CaseForm(
        request.POST if posted else None,
        request.FILES if posted else None,
        process_workflow=case.process.workflow,
        status=case.status,
    )
    if posted and form.is_valid() and _acted(request, case, form, actor):
        return HttpResponseRedirect(reverse("desk_case", args=[case.id]))
    if not posted:
        commands.open_case(case_id=case.id, actor=actor)
        case = queries.recipient_case(case_id, actor)
    return render(request, "exchange/case.html", _case_context(case, form, actor), status=422 if form.errors else 200)


def _acted(request: HttpRequest, case: Case, form: CaseForm, actor: Actor) -> bool:
    answers = form.cleaned_data
    decision = answers.get("decision", NOTE_ONLY)
    status = "" if decision == NOTE_ONLY else decision
    try:
        upload = answers["document"]
        documents = [commands.receive_document("attestation", upload.name, upload.chunks())] if upload else []
        commands.move_case(
            case_id=case.id,
            answer=commands.CaseAnswer(status, answers["message"], answers["comment"], actor.label, documents),
            actor=actor,
        )
    except DomainError as error:
        words.tell(form, error, elsewhere="document")
        return False
    messages.success(request, _DONE.get(status, _("C’est enregistré.")))
    return True


def _case_context(case: Case, form: CaseForm, actor: Actor) -> dict[str, Any]:
    may_act = queries.may_as_recipient(actor, Action.CASE_PROCESS, case).allowed
    documents = queries.case_documents(case)
    prepare = access.may(actor, Action.ACT_PREPARE, organisation=case.recipient_id, process=EVERY_PROCESS).allowed
    return {
        "case": case,
        "form": form,
        "may_act": may_act,
        "may_send": may_act and prepare,
        "reply": _last_reply(case, actor),
        "undoable": queries.undoable(case, organisation=case.recipient_id) if may_act else None,
        "badge": status_badge(case.status),
        "services": service_form(case.recipient_id, case.unit_id) if may_act else None,
        "files": [_file(case, document) for document in documents],
        "altered": [one.name for one in documents if one.signature == SignatureVerdict.BROKEN],
        "entries": timeline_entries(case, queries.timeline(case, for_applicant=False)),
    }


def _last_reply(case: Case, actor: Actor) -> dict[str, Any] | None:
    """The last answer sent to be signed, where it is and why, unless it was delivered: the story tells it then."""
    row = queries.replies_of(case).first()
    if row is None or row.state == ReplyState.DELIVERED:
        return None
    place = queries.reply_places([row]).get(row.id)
    return {
        "row": row,
        "badge": reply_badge(row.state),
        "officer": place.officer if place else "",
        "url": reverse("parapheur_item", args=[row.item]) if row.item and row.sender == actor.id else "",
        "open": row.state in OPEN_REPLIES,
    }


def _file(case: Case, document: Attachment) -> FileItem:
    kind = case.process.said_attachment(document.type)
    return FileItem(
        document.name,
        reverse("desk_document", args=[case.id, document.id]),
        size=document.size,
        note=f"{kind} ({document.get_signature_display()})" if document.signature else kind,
    )


@require_POST
@login_required
def undo(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Take the last decision back; when it is too late, say so on the page of the case."""
    actor = agent(request)
    queries.recipient_case(case_id, actor)
    try:
        commands.undo_state(case_id=case_id, actor=actor)
    except ConflictError as error:
        messages.error(request, words.said(error))
    else:
        messages.success(request, _("Décision annulée : l’autre partie en est informée."))
    return HttpResponseRedirect(reverse("desk_case", args=[case_id]))


@require_safe
@login_required
def download(request: HttpRequest, case_id: UUID, attachment_id: UUID) -> HttpResponseBase:
    """A document of a case."""
    queries.recipient_case(case_id, agent(request))
    return file_response(commands.deliver_attachment(attachment_id=attachment_id, actor=agent(request)))
