"""The registers someone may see; one register: close it, deposit it, export it."""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from parvis.preservation import commands, queries
from parvis.preservation.forms import ClosingForm, DepositForm
from parvis.preservation.models import Register
from parvis.preservation.pages.frame import PAGE_SIZE, person, register_of, tried, views
from parvis.preservation.presenting import acts_table, deposits_table, opening_of, registers_table, title_of
from parvis.preservation.queries import Reach
from parvis.signing import queries as signing
from parvis.ui.dates import when
from parvis.ui.parts import Row

_CHUNK = 256 * 1024


@require_safe
@login_required
def registers(request: HttpRequest) -> HttpResponse:
    """The registers of one's town, or of one's jurisdiction."""
    reach = queries.reach_of(person(request))
    if reach.receives and not (reach.reads or reach.inspects):
        return HttpResponseRedirect(reverse("deposits"))
    rows = queries.registers_of(reach)
    text = request.GET.get("q", "")[:60].strip()
    if text:
        rows = rows.filter(year=int(text)) if text.isdecimal() else rows.filter(organisation__name__icontains=text)
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "reach": reach,
        "views": views("registers", reach),
        "table": registers_table(page) if reach else None,
        "results": page,
    }
    return render(request, "preservation/registers.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def register(request: HttpRequest, register_id: UUID) -> HttpResponse:
    """A register: what to do with it, its facts, its acts, its deposits."""
    actor = person(request)
    reach = queries.reach_of(actor)
    row = register_of(register_id, reach)
    form = _form(request, row, reach)
    if form is not None and form.is_bound and form.is_valid():
        made: list[UUID] = []
        if isinstance(form, ClosingForm):
            if tried(form, lambda: commands.close_register(register_id=row.id, actor=actor, **form.cleaned_data)):
                messages.success(request, _("Clôture enregistrée : le registre peut être versé au greffe."))
                return HttpResponseRedirect(reverse("register", args=[row.id]))
        elif tried(form, lambda: made.append(_prepared(form, row, actor))):
            messages.success(request, _("Versement préparé : le bordereau attend sa signature dans le parapheur."))
            return HttpResponseRedirect(reverse("deposit", args=made))
    wrong = bool(form and form.errors)
    return render(
        request, "preservation/register.html", _context(request, row, reach, form), status=422 if wrong else 200
    )


def _form(request: HttpRequest, row: Register, reach: Reach) -> ClosingForm | DepositForm | None:
    """What the town hall may do now: close, then deposit while nothing is under way."""
    if row.organisation_id not in reach.keeps:
        return None
    posted = request.POST if request.method == "POST" else None
    if row.closed_on is None:
        return ClosingForm(posted)
    if queries.under_way(row) or queries.all_deposited(row):
        return None
    circuits = [(str(one.id), one.name) for one in signing.circuits_of([row.organisation_id])]
    return DepositForm(posted, circuits=circuits)


def _prepared(form: Any, row: Register, actor: Any) -> UUID:
    answers = form.cleaned_data
    return commands.prepare_deposit(
        register_id=row.id, circuit=UUID(answers["circuit"]), explained=answers["explained"], actor=actor
    )


def _context(request: HttpRequest, row: Register, reach: Reach, form: Any) -> dict[str, Any]:
    deposits = list(queries.deposits_of(reach).filter(register=row))
    page = Paginator(queries.acts_of(row), PAGE_SIZE).get_page(request.GET.get("page"))
    return {
        "register": row,
        "title": title_of(row),
        "form": form,
        "closing": isinstance(form, ClosingForm),
        "keeps": row.organisation_id in reach.reads,
        "facts": [
            Row(_("Commune"), row.commune_code),
            Row(_("Tenu par"), row.organisation.name),
            Row(_("Entrées"), row.size),
            Row(_("Clos le"), when(row.closed_on) if row.closed_on else _("Pas encore")),
            Row(_("Ouvert à tous"), opening_of(row)),
        ],
        "deposits": deposits_table(deposits, len(deposits)),
        "acts": acts_table(page, row),
        "results": page,
    }


@require_POST
@login_required
def export(request: HttpRequest, register_id: UUID) -> StreamingHttpResponse:
    """The whole register of one's town, as a package."""
    actor = person(request)
    row = register_of(register_id, queries.reach_of(actor))
    place = Path(settings.PRESERVATION_ROOT) / "incoming"
    place.mkdir(parents=True, exist_ok=True, mode=0o700)
    folder = tempfile.TemporaryDirectory(dir=place)
    path = Path(folder.name) / "registre.zip"
    try:
        commands.export_register(register_id=row.id, target=path, actor=actor)
    except BaseException:
        folder.cleanup()
        raise
    response = StreamingHttpResponse(_sent(path, folder), content_type="application/zip")
    response["Content-Disposition"] = f'attachment; filename="registre-{row.label.replace("/", "-")}.zip"'
    response["Content-Length"] = str(path.stat().st_size)
    response["Cache-Control"] = "private, no-store"
    return response


def _sent(path: Path, folder: "tempfile.TemporaryDirectory[str]") -> Iterator[bytes]:
    with folder, path.open("rb") as source:
        while chunk := source.read(_CHUNK):
            yield chunk
