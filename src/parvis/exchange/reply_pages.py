"""Answers to sign: write one for the cases chosen, and see what became of each."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from parvis.access import queries as access
from parvis.access.enums import Action
from parvis.core import words
from parvis.core.actor import Actor
from parvis.core.errors import AbsentError, DomainError, RefusedError
from parvis.exchange import commands, queries
from parvis.exchange.enums import ReplyState
from parvis.exchange.models import Case, Reply
from parvis.exchange.presenting import VIEWS
from parvis.exchange.reply_forms import ReplyForm
from parvis.identity import queries as identity
from parvis.signing import queries as signing
from parvis.ui.components.messages import badge
from parvis.ui.parts import Column, Link, Segment, Table, Tone

PAGE_SIZE = 50
TONES: dict[str, Tone] = {
    ReplyState.PREPARING: "info",
    ReplyState.TO_SIGN: "info",
    ReplyState.RETURNED: "warning",
    ReplyState.DELIVERED: "success",
    ReplyState.REFUSED: "error",
    ReplyState.FAILED: "error",
}


def reply_badge(state: str) -> SafeString:
    """Return the badge of an answer."""
    return badge(TONES.get(state, "neutral"), ReplyState(state).label)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def new_replies(request: HttpRequest) -> HttpResponse:
    """Write the answer to the cases chosen in the inbox, or to one from its page; look at the first letter; send."""
    actor = identity.actor_of_request(request)
    cases = _chosen(request, actor)
    organisations = {case.recipient_id for case in cases}
    if not organisations <= access.organisations_of(actor, [Action.ACT_PREPARE]):
        raise RefusedError(
            "forbidden",
            "Vous n’avez pas le droit d’envoyer des documents à la signature. Demandez-le à l’administrateur de votre "
            "organisme.",
        )
    circuits = [
        (str(row.id), f"{row.name} ({signing.circuit_text(row.steps.all())})")
        for row in signing.usable_circuits_of(organisations)
    ]
    posted = request.method == "POST"
    form = ReplyForm(
        request.POST if posted else None,
        request.FILES if posted else None,
        circuits=circuits,
        alone=len(cases) == 1,
    )
    if posted and form.is_valid():
        done = _answered(request, form, cases, actor)
        if done is not None:
            return done
    context = {"form": form, "cases": cases, "first": cases[0], "has_circuit": bool(circuits)}
    return render(request, "exchange/reply_new.html", context, status=422 if form.errors else 200)


def _chosen(request: HttpRequest, actor: Actor) -> list[Case]:
    """The cases: those named, or all of a view as it is now, which the form then names. Raise AbsentError."""
    if request.method != "POST" and request.GET.get("choix") == "tout":
        view = VIEWS.get(request.GET.get("vue", ""), VIEWS["a-traiter"])
        found = queries.inbox(actor, statuses=view.statuses, text=request.GET.get("q", "")[:100])
        ids = list(found.order_by("id").values_list("id", flat=True)[: commands.MOST_REPLIES])
    else:
        # Boxes of the inbox name one each, the form that answers names them all in one field.
        given = request.POST.getlist("dossiers") or request.GET.getlist("dossiers")
        ids = [one for one in map(_uuid, ",".join(given).split(",")) if one]
    cases = list(queries.cases_to_answer(actor, ids[: commands.MOST_REPLIES + 1]))
    if not cases:
        raise AbsentError("no_case_chosen", "Choisissez au moins un dossier que vous pouvez traiter.")
    return cases


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _answered(request: HttpRequest, form: ReplyForm, cases: Sequence[Case], actor: Actor) -> HttpResponse | None:
    if request.POST.get("geste") == "apercu" and not form.cleaned_data.get("document"):
        answers = form.cleaned_data
        return _shown(queries.letter_of(answers["subject"], answers["body"], cases[0]))
    try:
        upload = form.cleaned_data.get("document")
        received = commands.receive_document("", upload.name, upload.chunks()).received if upload else None
        run = commands.send_replies(cases=[case.id for case in cases], reply=form.reply(received), actor=actor)
    except DomainError as error:
        words.tell(form, error)
        return None
    messages.success(request, _("C’est envoyé à la signature. Chaque réponse signée ira d’elle-même dans son dossier."))
    if len(cases) == 1:
        return HttpResponseRedirect(reverse("desk_case", args=[cases[0].id]))
    return HttpResponseRedirect(reverse("desk_replies", args=[run]))


def _shown(content: bytes) -> HttpResponse:
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = 'inline; filename="apercu.pdf"'
    response["Content-Security-Policy"] = "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'"
    return response


@never_cache
@require_safe
@login_required
def replies(request: HttpRequest, run: UUID) -> HttpResponse:
    """What became of each answer of one gesture."""
    rows = queries.replies_of_run(run, identity.actor_of_request(request))
    counts = queries.count_replies(rows.values_list("state", flat=True))
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    segments = [
        Segment(_("remises"), counts.delivered, "success"),
        Segment(_("à la signature"), counts.open, "info"),
        Segment(_("non remises"), counts.ended, "error"),
    ]
    context = {"first": page[0], "counts": counts, "segments": segments, "results": page, "table": _table(page)}
    return render(request, "exchange/replies.html", context)


def _table(page: Any) -> Table:
    places = queries.reply_places(page)
    return Table(
        caption=_("Réponses"),
        columns=[Column(_("Dossier")), Column(_("Réponse")), Column(_("Chez")), Column(_("Motif"))],
        rows=[[_case(row), reply_badge(row.state), _with(row, places), row.reason] for row in page],
        total=page.paginator.count,
    )


def _case(row: Reply) -> Link:
    folder = row.case.folder
    name = f"{folder.applicant_last_name} {folder.applicant_first_name}"
    return Link(name, reverse("desk_case", args=[row.case_id]), context=row.case.external_id)


def _with(row: Reply, places: dict[UUID, signing.Place]) -> str:
    place = places.get(row.id)
    return place.officer if place else ""
