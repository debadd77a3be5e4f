"""Deposits: the town hall hands over, the registry verifies and answers."""

import tempfile
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from parvis.core import words
from parvis.core.actor import Actor
from parvis.core.errors import AbsentError, DomainError
from parvis.preservation import commands, queries, workflow
from parvis.preservation.enums import DepositState
from parvis.preservation.forms import DecisionForm
from parvis.preservation.models import Deposit
from parvis.preservation.pages.frame import PAGE_SIZE, person, views
from parvis.preservation.presenting import (
    acts_table,
    anomalies_table,
    deposit_badge,
    deposits_table,
    story,
    title_of,
    wrong_by_act,
)
from parvis.preservation.queries import Reach
from parvis.preservation.workflow import Gesture
from parvis.ui.parts import FileItem, Row

_DONE: dict[str, Any] = {
    Gesture.HAND_OVER: gettext_lazy("Le versement part au greffe : il y sera dans quelques minutes."),
    Gesture.WITHDRAW: gettext_lazy("Versement abandonné."),
    Gesture.VERIFY: gettext_lazy("Vérification demandée : le résultat s’affichera ici dans quelques minutes."),
    Gesture.ACCEPT: gettext_lazy("Versement accepté."),
    Gesture.REPORT: gettext_lazy("Anomalie signalée à la mairie."),
}


@require_safe
@login_required
def deposits(request: HttpRequest) -> HttpResponse:
    """The deposits one prepares, receives or inspects."""
    reach = queries.reach_of(person(request))
    page = Paginator(queries.deposits_of(reach), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "reach": reach,
        "views": views("deposits", reach),
        "table": deposits_table(page, page.paginator.count) if reach else None,
        "results": page,
    }
    return render(request, "preservation/deposits.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def deposit(request: HttpRequest, deposit_id: UUID) -> HttpResponse:
    """A deposit: what to do, what the verification found, act by act, its story."""
    actor = person(request)
    reach = queries.reach_of(actor)
    row = _deposit(deposit_id, reach)
    asked = request.POST.get("geste", "")
    form = DecisionForm(request.POST if asked == Gesture.REPORT else None)
    problem = ""
    if request.method == "POST" and (asked != Gesture.REPORT or form.is_valid()):
        try:
            _do(asked, row, form, actor)
        except DomainError as error:
            problem = " ".join(words.said(one) for one in error.problems)
        else:
            messages.success(request, _DONE[asked])
            return HttpResponseRedirect(reverse("deposit", args=[row.id]))
    context = _context(request, row, reach, form) | {"problem": problem, "page_errors": problem}
    return render(request, "preservation/deposit.html", context, status=422 if problem or form.errors else 200)


def _deposit(deposit_id: UUID, reach: Reach) -> Deposit:
    row = queries.deposits_of(reach).filter(id=deposit_id).first()
    if row is None:
        raise AbsentError("unknown_deposit", "Ce versement n’est pas parmi les vôtres.")
    return row


def _do(asked: str, row: Deposit, form: DecisionForm, actor: Actor) -> None:
    if asked == Gesture.REPORT:
        commands.report_anomaly(deposit_id=row.id, reason=form.cleaned_data["reason"], actor=actor)
        return
    simple = {
        str(Gesture.HAND_OVER): commands.hand_over,
        str(Gesture.WITHDRAW): commands.withdraw_deposit,
        str(Gesture.VERIFY): commands.ask_verification,
        str(Gesture.ACCEPT): commands.accept_deposit,
    }
    if asked not in simple:
        raise Http404
    simple[asked](deposit_id=row.id, actor=actor)


def _context(request: HttpRequest, row: Deposit, reach: Reach, form: DecisionForm) -> dict[str, Any]:
    keeps, receives = row.register.organisation_id in reach.keeps, row.registry_id in reach.receives
    able = {gesture for gesture in Gesture if workflow.allows(gesture, row.state)}
    town = able & {Gesture.HAND_OVER, Gesture.WITHDRAW} if keeps else set()
    court = able & {Gesture.VERIFY, Gesture.ACCEPT, Gesture.REPORT} if receives else set()
    if row.evidence is not None:
        town = set()
    if row.report.get("wrong"):
        court -= {Gesture.ACCEPT}
    verified = row.state in {DepositState.VERIFIED, DepositState.ACCEPTED, DepositState.ANOMALY}
    page = Paginator(queries.acts_of(row.register).filter(position__lt=row.size), PAGE_SIZE).get_page(
        request.GET.get("page")
    )
    return {
        "deposit": row,
        "title": title_of(row.register),
        "badge": deposit_badge(row.state),
        "may": {str(one) for one in town | court},
        "on_its_way": row.state == DepositState.SIGNED and row.evidence is not None,
        "form": form,
        "verified": verified,
        "report": row.report,
        "anomalies": anomalies_table(row.report),
        "acts": acts_table(page, row.register, wrong_by_act(row.report) if verified else None),
        "results": page,
        "facts": _facts(row),
        "files": _files(row),
        "entries": story(row.moves.all()),
    }


def _facts(row: Deposit) -> list[Row]:
    return [
        Row(_("Registre"), row.register.label),
        Row(_("Mairie"), row.register.organisation.name),
        Row(_("Greffe"), row.registry.name),
        Row(_("Versement n°"), row.number),
        Row(_("Entrées"), row.size),
        Row(_("Racine signée (SHA-256)"), bytes(row.root).hex()),
    ]


def _files(row: Deposit) -> list[FileItem]:
    names = [("bordereau", _("Bordereau"), "TXT", True)]
    names += [
        ("signature", _("Signature du bordereau"), "P7S", row.signature is not None),
        ("preuves", _("Conteneur de preuves"), "ASiC-E", row.evidence is not None),
        ("versement", _("Versement complet (BagIt et SEDA)"), "ZIP", row.package is not None),
    ]
    return [
        FileItem(str(name), reverse("deposit_file", args=[row.id, code]), kind=kind)
        for code, name, kind, there in names
        if there
    ]


@never_cache
@require_safe
@login_required
def file(request: HttpRequest, deposit_id: UUID, name: str) -> FileResponse:
    """A file of a deposit: what is signed, what signs it, what proves it, the whole."""
    place = tempfile.TemporaryFile(dir=_incoming())  # noqa: SIM115 - closed by the answer that streams it
    try:
        file_name, mime = commands.deliver_deposit_file(
            deposit_id=deposit_id, name=name, target=place, actor=person(request)
        )
    except BaseException:
        place.close()
        raise
    response = FileResponse(place, as_attachment=True, filename=file_name, content_type=mime)
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _incoming() -> Path:
    place = Path(settings.PRESERVATION_ROOT) / "incoming"
    place.mkdir(parents=True, exist_ok=True, mode=0o700)
    return place
