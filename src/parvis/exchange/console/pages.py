"""The board: for the operator everything, for an agent what their organisations may read."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from parvis.access import queries as access
from parvis.access.enums import Action
from parvis.catalogue import queries as catalogue
from parvis.catalogue.enums import CaseStatus
from parvis.core import words
from parvis.core.actor import Actor
from parvis.core.errors import AbsentError, DomainError
from parvis.core.sheets import sheet_response
from parvis.exchange import commands, queries
from parvis.exchange.console import presenting
from parvis.exchange.console.entry import menu, operator
from parvis.exchange.console.forms import FilterForm, ThresholdsForm
from parvis.exchange.pages import agent
from parvis.identity import queries as identity


@require_safe
@login_required
def board_page(request: HttpRequest) -> HttpResponse:
    """Counts by state and age, what is late, the detail; filters by process and organisation."""
    actor = agent(request)
    may_set = queries.is_platform(actor)
    if may_set:
        identity.require_assurance(request, Action.PLATFORM_ADMINISTER)
    elif not access.organisations_of(actor, [Action.CASE_READ]):
        return render(request, "exchange/console/board.html", {"may_see": False})
    everything = queries.board(actor)
    names = {row.code: row.said_name for row in catalogue.processes()}
    form = FilterForm(
        request.GET,
        processes=_pairs((line.process, names.get(line.process, line.process)) for line in everything),
        organisations=_pairs((str(line.organisation), line.organisation_name) for line in everything),
    )
    form.is_valid()
    process, organisation = (form.cleaned_data.get(name, "") for name in ("demarche", "organisme"))
    lines = [
        line for line in everything if process in ("", line.process) and organisation in ("", str(line.organisation))
    ]
    context = _board_context(lines, names) | {
        "filters": form,
        "wrong": presenting.what_is_wrong(queries.problems(actor)),
        "menu": menu("board") if may_set else [],
        "threshold_url": reverse("thresholds", args=[process]) if may_set and process else "",
        "csv_url": f"{reverse('board_csv')}?{request.GET.urlencode()}",
    }
    return render(request, "exchange/console/board.html", context)


def _pairs(pairs: Iterator[tuple[str, str]]) -> list[tuple[str, str]]:
    return sorted(set(pairs), key=lambda pair: pair[1])


def _board_context(lines: list[queries.BoardLine], names: dict[str, str]) -> dict[str, Any]:
    return {
        "may_see": True,
        "states": presenting.by_state(lines),
        "detail": presenting.by_organisation(lines, names),
        "bars": presenting.late_bars(lines, names),
        "total": sum(line.total for line in lines),
        "late": sum(line.total_late for line in lines),
    }


@require_safe
@login_required
def board_csv(request: HttpRequest) -> StreamingHttpResponse:
    """The detail as a file for a spreadsheet, one line at a time."""
    try:
        organisation = UUID(request.GET.get("organisme", ""))
    except ValueError:
        organisation = None
    process = request.GET.get("demarche", "")[:30]
    actor = agent(request)
    if queries.is_platform(actor):
        identity.require_assurance(request, Action.PLATFORM_ADMINISTER)
    lines = queries.board(actor, process=process, organisation=organisation)
    return sheet_response("tableau.csv", _detail(lines))


def _detail(lines: list[queries.BoardLine]) -> Iterator[list[object]]:
    ages = [str(age) for age in presenting.AGE_WORDS]
    yield [_("Démarche"), _("Organisme"), _("État"), *ages, _("Total"), _("En retard")]
    for line in lines:
        status = str(CaseStatus(line.status).label)
        yield [line.process, line.organisation_name, status, *line.counts, line.total, line.total_late]


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def thresholds(request: HttpRequest, code: str) -> HttpResponse:
    """The limits of one process, for the operator."""
    actor = operator(request)
    process = catalogue.processes().filter(code=code).first()
    if process is None:
        raise AbsentError("unknown_process", "Cette démarche n’existe pas.")
    form = ThresholdsForm(request.POST if request.method == "POST" else None, initial=process.alert_days)
    if request.method == "POST" and form.is_valid() and _set(form, code, actor):
        messages.success(request, _("Délais enregistrés."))
        return HttpResponseRedirect(f"{reverse('board')}?demarche={code}")
    context = {"form": form, "process": process}
    return render(request, "exchange/console/thresholds.html", context, status=422 if form.errors else 200)


def _set(form: ThresholdsForm, code: str, actor: Actor) -> bool:
    try:
        commands.set_thresholds(process=code, days=form.cleaned_data, actor=actor)
    except DomainError as error:
        words.tell(form, error)
        return False
    return True
