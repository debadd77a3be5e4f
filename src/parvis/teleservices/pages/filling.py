"""Filling a request, step after step, to the summary and the sending."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import Resolver404, resolve, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from parvis.core import words
from parvis.core.errors import AbsentError, DomainError
from parvis.identity import queries as identity
from parvis.teleservices import commands, queries, registry
from parvis.teleservices.enums import RequestState
from parvis.teleservices.forms import DeclarationForm, pieces_form
from parvis.teleservices.journey import PIECES, SUMMARY, Journey, Step, shown, stored, typed
from parvis.teleservices.models import Request
from parvis.teleservices.pages.session import citizen, signed_in, taken_up
from parvis.ui.parts import FileItem, Row


def draft_and_journey(request: HttpRequest, request_id: UUID) -> tuple[Request, Journey]:
    """Return a citizen's draft and its journey. A request already sent raises AbsentError."""
    return _open(queries.request_of(request_id, citizen(request)))


def _open(draft: Request) -> tuple[Request, Journey]:
    journey = registry.journey(draft.service_id)
    if journey is None or draft.state != RequestState.DRAFT:
        raise AbsentError("not_a_draft", "Cette demande est déjà envoyée. Retrouvez-la dans votre espace.")
    return draft, journey


def page_url(request_id: UUID, slug: str) -> str:
    """Return the address of a page of the journey."""
    if slug == PIECES:
        return reverse("request_pieces", args=[request_id])
    if slug == SUMMARY:
        return reverse("request_summary", args=[request_id])
    return reverse("request_step", args=[request_id, slug])


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def step(request: HttpRequest, request_id: UUID, slug: str) -> HttpResponse:
    """One page of questions."""
    return _step(request, request_id, slug, request.POST if request.method == "POST" else None)


def _step(request: HttpRequest, request_id: UUID, slug: str, data: QueryDict | None) -> HttpResponse:
    draft, journey = draft_and_journey(request, request_id)
    asked = journey.step(slug)
    if asked is None:
        raise AbsentError("unknown_step", "Cette page n’existe pas.")
    form = asked.form(data, initial=_initial(request, draft, asked))
    if data is not None and form.is_valid():
        commands.save_step(request_id=request_id, step=slug, answers=stored(form.cleaned_data), actor=citizen(request))
        after = SUMMARY if request.GET.get("retour") == SUMMARY else journey.after(slug)
        return HttpResponseRedirect(page_url(request_id, after))
    context = _frame(draft, journey, slug) | {"form": form, "step": asked, "groups": _groups(asked, form)}
    return render(request, "teleservices/step.html", context, status=422 if data is not None else 200)


def _initial(request: HttpRequest, draft: Request, asked: Step) -> dict[str, Any]:
    if asked.slug in draft.answers:
        return typed(asked.form, draft.answers[asked.slug])
    # Told once is enough: what the account knows is proposed, never imposed.
    known = {"email": request.user.email} if "email" in asked.form.base_fields else {}  # type: ignore[union-attr]
    return {"pays_naissance": "FRA"} | known if "pays_naissance" in asked.form.base_fields else known


def _groups(asked: Step, form: Any) -> list[dict[str, Any]]:
    return [
        {"legend": group.legend, "hint": group.hint, "fields": [form[name] for name in group.fields]}
        for group in asked.groups
    ]


def _frame(draft: Request, journey: Journey, slug: str) -> dict[str, Any]:
    """What every page of the journey shows around its content."""
    position = journey.position(slug)
    before = journey.before(slug)
    return {
        "draft": draft,
        "position": position,
        "total": len(journey.titles),
        "title": journey.titles[position - 1],
        "next_title": journey.titles[position] if position < len(journey.titles) else "",
        "back_url": page_url(draft.id, before) if before else reverse("service", args=[draft.service_id]),
    }


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def pieces(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """Attach the documents. Each is kept as soon as it has arrived: one bad file does not lose the other."""
    draft, journey = draft_and_journey(request, request_id)
    present = {entry.kind: entry for entry in draft.files.select_related("file")}
    form = pieces_form(journey, draft, present)(*((request.POST, request.FILES) if request.method == "POST" else ()))
    if request.method == "POST" and "retirer" in request.POST:
        commands.detach_file(request_id=request_id, kind=request.POST["retirer"], actor=citizen(request))
        return HttpResponseRedirect(page_url(request_id, PIECES))
    if request.method == "POST":
        _attach_all(request, request_id, journey, form)
        if form.is_valid():
            return HttpResponseRedirect(page_url(request_id, journey.after(PIECES)))
        present = {entry.kind: entry for entry in draft.files.select_related("file")}
    listed = [
        {
            "piece": piece,
            "field": form[piece.kind],
            "entry": present.get(piece.kind),
            "item": _item(present, piece.kind),
        }
        for piece in journey.pieces
    ]
    context = _frame(draft, journey, PIECES) | {"form": form, "pieces": listed}
    return render(request, "teleservices/pieces.html", context, status=422 if form.is_bound and form.errors else 200)


def _item(present: dict[str, Any], kind: str) -> list[FileItem]:
    entry = present.get(kind)
    return [FileItem(entry.name, size=entry.file.size)] if entry else []


def _attach_all(request: HttpRequest, request_id: UUID, journey: Journey, form: Any) -> None:
    for piece in journey.pieces:
        upload = request.FILES.get(piece.kind)
        if not isinstance(upload, UploadedFile):
            continue
        try:
            commands.attach_file(
                request_id=request_id,
                kind=piece.kind,
                name=upload.name or piece.kind,
                chunks=upload.chunks(),
                size=upload.size,
                actor=citizen(request),
            )
        except DomainError as error:
            form.add_error(piece.kind, f"{piece.label} : {words.said(error)}")


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def summary(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """Everything that will be sent, each answer with a way back, then the declaration and the button."""
    row = queries.request_of(request_id, citizen(request))
    if request.method == "POST" and row.state == RequestState.SUBMITTED:
        # A double click, a page reloaded: the request exists once.
        return HttpResponseRedirect(reverse("request", args=[request_id]))
    draft, journey = _open(row)
    form = DeclarationForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        identity.require_assurance(request, "request:submit", row.service_id)
        try:
            commands.submit_request(request_id=request_id, actor=citizen(request))
        except DomainError as error:
            for problem in error.problems:
                form.add_error(None, words.said(problem))
        else:
            return HttpResponseRedirect(reverse("request", args=[request_id]) + "?envoyee=1")
    files = list(draft.files.select_related("file"))
    context = _frame(draft, journey, SUMMARY) | {
        "form": form,
        "sections": _sections(draft, journey),
        "files": [
            FileItem(
                entry.name, size=entry.file.size, note=next(p.label for p in journey.pieces if p.kind == entry.kind)
            )
            for entry in files
        ],
        "pieces_url": page_url(draft.id, PIECES),
        "missing": _missing(draft, journey, {entry.kind for entry in files}),
    }
    return render(request, "teleservices/summary.html", context, status=422 if form.errors else 200)


def _missing(draft: Request, journey: Journey, kinds: set[str]) -> list[dict[str, Any]]:
    """What still has to be answered or attached, each with its address."""
    found = [
        {"title": asked.title, "url": page_url(draft.id, asked.slug)}
        for asked in journey.steps
        if asked.slug not in draft.answers
    ]
    if any(piece.required and piece.kind not in kinds for piece in journey.pieces):
        found.append({"title": journey.titles[len(journey.steps)], "url": page_url(draft.id, PIECES)})
    return found


def _sections(draft: Request, journey: Journey) -> list[dict[str, Any]]:
    sections = []
    for asked in journey.steps:
        answers = typed(asked.form, draft.answers.get(asked.slug, {}))
        groups = [{"legend": group.legend, "rows": _rows(asked, group.fields, answers)} for group in asked.groups]
        url = f"{page_url(draft.id, asked.slug)}?retour={SUMMARY}"
        sections.append({"title": asked.title, "groups": [group for group in groups if group["rows"]], "url": url})
    return sections


def _rows(asked: Step, names: Iterable[str], answers: dict[str, Any]) -> list[Row]:
    return [
        Row(bound.label or name, text)
        for name in names
        if (text := shown(bound := asked.form.base_fields[name], answers.get(name)))
    ]


@require_safe
@signed_in
def resume(request: HttpRequest) -> HttpResponse:
    """Take up the form that an expired session had interrupted: what was typed is saved, nothing is sent."""
    kept = taken_up(request)
    if kept is None:
        return HttpResponseRedirect(reverse("dashboard"))
    try:
        target = resolve(kept["path"])
    except Resolver404:
        return HttpResponseRedirect(reverse("dashboard"))
    if kept["files"]:
        messages.warning(request, _("Les fichiers n’ont pas pu être conservés : ajoutez-les de nouveau."))
    if target.url_name == "request_step":
        data = QueryDict(mutable=True)
        for key, values in kept["data"].items():
            data.setlist(key, values)
        return _step(request, target.kwargs["request_id"], target.kwargs["slug"], data)
    if target.url_name == "service":
        begun = commands.start_request(service=target.kwargs["service"], actor=citizen(request))
        return HttpResponseRedirect(reverse("request", args=[begun]))
    return HttpResponseRedirect(kept["path"])
