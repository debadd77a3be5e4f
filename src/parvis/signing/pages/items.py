"""One document: read it, answer, correct it, take it back."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from parvis.core import words
from parvis.core.actor import Actor
from parvis.core.errors import AbsentError, DomainError
from parvis.core.http import file_response
from parvis.documents import commands as documents
from parvis.documents import queries as stored
from parvis.signing import commands, queries
from parvis.signing.enums import Form as SignatureForm
from parvis.signing.enums import ItemState, StepState
from parvis.signing.formats.asice import MIMETYPE
from parvis.signing.formats.making import result_name
from parvis.signing.forms import MOST_BYTES, AnswerForm, CorrectionForm
from parvis.signing.models import Item
from parvis.signing.outgoing import StoredDocument
from parvis.signing.pages.lists import person
from parvis.signing.presenting import item_badge, story
from parvis.ui.dates import when
from parvis.ui.parts import FileItem, Row

_CHOICES: dict[str, list[tuple[str, Any]]] = {
    ItemState.TO_VISA: [
        ("approve", gettext_lazy("Donner mon visa")),
        ("send_back", gettext_lazy("Renvoyer pour correction")),
        ("refuse", gettext_lazy("Refuser")),
    ],
    ItemState.TO_SIGN: [
        ("sign", gettext_lazy("Signer")),
        ("send_back", gettext_lazy("Renvoyer pour correction")),
        ("refuse", gettext_lazy("Refuser")),
    ],
    ItemState.SIGNING: [("refuse", gettext_lazy("Refuser, s’il n’est pas encore signé"))],
}
_DONE: dict[str, Any] = {
    "approve": gettext_lazy("Visa donné. Vous pouvez le reprendre tant que la personne suivante n’a rien fait."),
    "send_back": gettext_lazy("Document renvoyé à son expéditeur."),
    "refuse": gettext_lazy("Document refusé."),
    "withdraw": gettext_lazy("Document retiré du parapheur."),
    "take_back": gettext_lazy("Visa repris : le document vous attend de nouveau."),
}


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def item(request: HttpRequest, item_id: UUID) -> HttpResponse:
    """A document: what to do, its facts, its story."""
    actor = person(request)
    row = queries.item_of(item_id, actor)
    turn = row.state in _CHOICES and Item.objects.filter(queries.whose_turn(actor), id=row.id).exists()
    posted = request.POST if request.method == "POST" else None
    form = AnswerForm(posted, choices=_CHOICES.get(row.state, [])) if turn else None
    correction = _correction(request, row, actor)
    if request.method == "POST":
        done = _gesture(request, row, form, correction, actor)
        if done is not None:
            return done
    context = _context(row, actor) | {"form": form, "correction": correction}
    wrong = (form and form.errors) or (correction and correction.errors)
    return render(request, "signing/item.html", context, status=422 if wrong else 200)


def _correction(request: HttpRequest, row: Item, actor: Actor) -> CorrectionForm | None:
    if row.state != ItemState.RETURNED or row.submitter_id != actor.id:
        return None
    return CorrectionForm(request.POST or None, request.FILES or None) if request.FILES else CorrectionForm()


def _gesture(
    request: HttpRequest, row: Item, form: AnswerForm | None, correction: CorrectionForm | None, actor: Actor
) -> HttpResponse | None:
    asked = request.POST.get("geste", "")
    try:
        if asked in {"withdraw", "take_back"}:
            getattr(commands, asked)(item_id=row.id, actor=actor)
        elif correction is not None and correction.is_bound and correction.is_valid():
            _resubmit(row, correction, actor)
            asked = "resubmit"
        elif form is not None and form.is_valid():
            asked = form.cleaned_data["decision"]
            if asked == "sign":
                batch = commands.freeze_batch(organisation=row.answering, items=[row.id], actor=actor)
                return HttpResponseRedirect(reverse("parapheur_batch", args=[batch]))
            _answer(asked, row, form.cleaned_data["comment"], actor)
        else:
            return None
    except DomainError as error:
        wrong = form or correction
        if wrong is None:
            raise
        field = "comment" if error.field == "reason" else error.field
        wrong.add_error(field if field in wrong.fields else None, words.said(error))
        return None
    messages.success(request, _DONE.get(asked, _("Document envoyé de nouveau.")))
    return HttpResponseRedirect(reverse("parapheur_item", args=[row.id]))


def _answer(decision: str, row: Item, comment: str, actor: Actor) -> None:
    if decision == "approve":
        commands.approve(item_id=row.id, comment=comment, actor=actor)
    elif decision == "refuse":
        commands.refuse(item_id=row.id, reason=comment, actor=actor)
    else:
        commands.send_back(item_id=row.id, reason=comment, actor=actor)


def _resubmit(row: Item, correction: CorrectionForm, actor: Actor) -> None:
    from django.db import transaction  # noqa: PLC0415 - the file and the gesture are one

    upload = correction.cleaned_data["document"]
    received = documents.receive(upload.chunks(), documents.Expectation(max_bytes=MOST_BYTES))
    try:
        with transaction.atomic():
            commands.resubmit(item_id=row.id, document=documents.keep(received), actor=actor)
    finally:
        documents.discard(received)


def _context(row: Item, actor: Actor) -> dict[str, Any]:
    steps = queries.steps_of(row)
    before = [step for step in steps if step.position < row.position and step.state == StepState.DONE]
    files = [FileItem(row.file_name, reverse("parapheur_document", args=[row.id]), size=row.size)]
    if row.signature:
        form = SignatureForm(row.form)
        files.append(
            FileItem(result_name(form, row.file_name), reverse("parapheur_signed", args=[row.id]), note=_("Signé"))
        )
        note = _("Le document et ses preuves, vérifiables sans connexion")
        files.append(FileItem("preuves.asice", reverse("parapheur_container", args=[row.id]), note=note))
        note = _("Sa place dans le journal, cosignée par les témoins : à donner à qui en doute")
        files.append(FileItem("journal.tlog-proof", reverse("parapheur_proof", args=[row.id]), note=note))
        note = _("Ce que dit l’entrée du journal : pour vous, et ceux à qui vous voulez la montrer")
        files.append(FileItem("journal.json", reverse("parapheur_opening", args=[row.id]), note=note))
    return {
        "item": row,
        "badge": item_badge(row.state),
        "facts": [
            Row(_("Référence"), row.reference),
            Row(_("Pour"), row.organisation.name),
            Row(_("Circuit"), queries.circuit_text(steps)),
            Row(_("Chez"), str(row.officer) if row.officer else _("personne : le circuit est terminé")),
            Row(_("Déposé"), when(row.created_at)),
            *([Row(_("À rendre"), when(row.due_on))] if row.due_on else []),
            Row(_("Empreinte SHA-256"), bytes(row.sha256).hex()),
        ],
        "files": files,
        "entries": story(row, steps),
        "may_withdraw": row.submitter_id == actor.id
        and row.state in {ItemState.TO_VISA, ItemState.TO_SIGN, ItemState.SIGNING, ItemState.RETURNED},
        "may_take_back": bool(before)
        and before[-1].done_by_id == actor.id
        and row.state in {ItemState.TO_VISA, ItemState.TO_SIGN},
    }


@require_safe
@login_required
def container(request: HttpRequest, item_id: UUID) -> HttpResponse:
    """The document with all that proves it, in one ASiC-E."""
    content = commands.evidence_container(item_id=item_id, actor=person(request))
    response = HttpResponse(content, content_type=MIMETYPE)
    response["Content-Disposition"] = 'attachment; filename="preuves.asice"'
    response["Cache-Control"] = "private, no-store"
    return response


@require_safe
@login_required
def journal_proof(request: HttpRequest, item_id: UUID, *, opening: bool = False) -> HttpResponse:
    """The place of the last signature in the journal; or what that entry says, apart, since it is not for everyone."""
    found = queries.journal_proofs(queries.item_of(item_id, person(request)))
    if not found:
        raise AbsentError("not_in_tree", "Cette signature n’est pas encore dans le journal scellé. Réessayez bientôt.")
    kind, name = (
        ("application/json", "journal.json") if opening else ("text/plain; charset=utf-8", "journal.tlog-proof")
    )
    response = HttpResponse((found[-1].opening if opening else found[-1].proof).encode(), content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "private, no-store"
    return response


@require_safe
@login_required
def document(request: HttpRequest, item_id: UUID, *, signed: bool = False) -> HttpResponseBase:
    """The document, or what was signed. A PDF opens in the browser to be read; anything else is saved."""
    row = queries.item_of(item_id, person(request))
    file_id = queries.document_of(row, signed=signed)
    facts = stored.facts(file_id) if file_id else None
    if facts is None:
        raise Http404
    name = result_name(SignatureForm(row.form), row.file_name) if signed else row.file_name
    response = file_response(StoredDocument(name, facts))
    if facts.mime == "application/pdf" and not signed:
        response["Content-Disposition"] = "inline"
        response["Content-Security-Policy"] = "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'"
    return response
