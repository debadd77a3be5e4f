"""A frozen list: read it, confirm it once, see what became of each document."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from parvis.access.enums import Action
from parvis.core import words
from parvis.core.actor import Actor
from parvis.core.errors import DomainError
from parvis.identity import queries as identity
from parvis.signing import commands, queries
from parvis.signing.commands.batches import CONFIRM_WITHIN
from parvis.signing.enums import BatchState, KeyPlace, Level
from parvis.signing.models import SigningBatch
from parvis.signing.pages.card_signing import waits_for_card
from parvis.signing.pages.lists import person
from parvis.signing.presenting import batch_badge, entries_table
from parvis.ui.dates import when
from parvis.ui.parts import Column, FileItem, Link, Row, Segment, Table

PAGE_SIZE = 100


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def batch(request: HttpRequest, batch_id: UUID) -> HttpResponse:
    """Confirm the list shown, or give it up. The proof of the person is asked for the confirmation alone."""
    actor = person(request)
    row = queries.batch_of(batch_id, actor)
    problem = ""
    if request.method == "POST":
        if request.POST.get("geste") != "abandonner":
            identity.require_assurance(request, Action.ACT_SIGN)
        try:
            _act(request, row, actor)
            row.refresh_from_db()
            place = "parapheur_card_sign" if waits_for_card(row) else "parapheur_batch"
            return HttpResponseRedirect(reverse(place, args=[row.id]))
        except DomainError as error:
            problem = words.said(error)
            row.refresh_from_db()
    context = _context(request, row) | {"problem": problem, "page_errors": problem}
    return render(request, "signing/batch.html", context, status=422 if problem else 200)


def _act(request: HttpRequest, row: SigningBatch, actor: Actor) -> None:
    if request.POST.get("geste") == "abandonner":
        commands.cancel_batch(batch_id=row.id, actor=actor)
        messages.success(request, _("Lot abandonné : ses documents attendent de nouveau votre signature."))
        return
    try:
        digest = bytes.fromhex(request.POST.get("empreinte", ""))
    except ValueError:
        digest = b""
    commands.confirm_batch(batch_id=row.id, digest=digest, actor=actor)
    if row.certificate.key.backend != KeyPlace.CARD:
        messages.success(request, _("Lot confirmé : la signature commence. Vous pouvez quitter cette page."))


def _context(request: HttpRequest, row: SigningBatch) -> dict[str, Any]:
    frozen = row.state == BatchState.FROZEN
    page = Paginator(queries.entries_of(row), PAGE_SIZE).get_page(request.GET.get("page"))
    counts = queries.outcome(row)
    return {
        "batch": row,
        "badge": batch_badge(row.state),
        "frozen": frozen,
        "digest": bytes(row.digest).hex(),
        "for_card": waits_for_card(row),
        "demo_key": row.certificate.key.backend == KeyPlace.FILES,
        "facts": [
            Row(_("Documents"), row.count),
            Row(_("Pour"), row.organisation.name),
            Row(_("Certificat"), row.certificate.subject),
            Row(_("Niveau"), Level(row.level).label),
            Row(_("Empreinte de la liste"), bytes(row.digest).hex()),
            Row(_("À confirmer avant"), when(row.frozen_at + CONFIRM_WITHIN))
            if frozen
            else Row(_("Confirmé"), when(row.confirmed_at) if row.confirmed_at else _("non")),
        ],
        "samples": [
            FileItem(f"{entry.position + 1}. {entry.item.title}", reverse("parapheur_document", args=[entry.item_id]))
            for entry in (queries.samples_of(row) if frozen else [])
        ],
        "segments": [
            Segment(_("signés"), counts.done, "success"),
            Segment(_("en cours"), counts.waiting, "info"),
            Segment(_("retirés avant"), counts.left_out, "warning"),
            Segment(_("non signés"), counts.failed, "error"),
        ],
        "results": page,
        "table": entries_table(page, finished=not frozen),
    }


@require_http_methods(["GET", "HEAD"])
@login_required
def batches(request: HttpRequest) -> HttpResponse:
    """The officer's batches."""
    page = Paginator(queries.batches_of(person(request)), 25).get_page(request.GET.get("page"))
    table = Table(
        caption=_("Mes lots de signature"),
        columns=[Column(_("Préparé")), Column(_("Pour")), Column(_("Documents"), numeric=True), Column(_("État"))],
        rows=[
            [
                Link(when(row.frozen_at), reverse("parapheur_batch", args=[row.id]), context=str(row.id)[-6:]),
                row.organisation.name,
                row.count,
                batch_badge(row.state),
            ]
            for row in page
        ],
        total=page.paginator.count,
        empty=_("Vous n’avez encore préparé aucun lot. Choisissez des documents à signer dans votre parapheur."),
    )
    return render(request, "signing/batches.html", {"table": table, "results": page})
