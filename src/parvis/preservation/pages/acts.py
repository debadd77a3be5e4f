"""One act, shown for a purpose that is written in the journal."""

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from parvis.preservation import commands, entries, formats, queries
from parvis.preservation.enums import EntryKind, Purpose
from parvis.preservation.forms import PurposeForm
from parvis.preservation.models import Entry, Register
from parvis.preservation.pages.frame import person, register_of, tried
from parvis.preservation.presenting import legal_badge, numbers_said, title_of
from parvis.ui.parts import Entry as Event
from parvis.ui.parts import FileItem, Row

_KEY = "register_purpose"


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def act(request: HttpRequest, register_id: UUID, number: str) -> HttpResponse:
    """Ask why, write it in the journal, then show the act and its mentions."""
    actor = person(request)
    row = register_of(register_id, queries.reach_of(actor))
    purposes = commands.purposes_for(register_id=row.id, actor=actor)
    form = PurposeForm(request.POST if request.method == "POST" else None, purposes=purposes)
    context: dict[str, Any] = {"register": row, "title": title_of(row), "number": number, "form": form}
    history: list[Entry] = []
    if form.is_bound and form.is_valid():
        purpose, detail = Purpose(form.cleaned_data["purpose"]), form.cleaned_data["detail"]

        def read() -> None:
            history.extend(
                commands.read_act(register_id=row.id, number=number, purpose=purpose, detail=detail, actor=actor)
            )

        if tried(form, read):
            request.session[_KEY] = [str(row.id), str(purpose), detail]
            context |= _shown(row, history, purpose)
    return render(request, "preservation/act.html", context, status=422 if form.errors else 200)


def _shown(row: Register, history: list[Entry], purpose: Purpose) -> dict[str, Any]:
    said = [entries.read(one.content) for one in history]
    name = numbers_said(history)
    pages = [page for one in said for page in one.pages]
    return {
        "history": True,
        "number": name,
        "purpose": purpose.label,
        "badge": legal_badge(queries.state_of(history)),
        "facts": [
            *([Row(_("Date de l’acte"), f"{said[0].dated:%d/%m/%Y}")] if said[0].dated else []),
            *(Row(key.capitalize(), value) for key, value in said[0].data.items()),
        ],
        "files": [
            FileItem(
                _("Page %(number)s") % {"number": place},
                reverse("act_page", args=[row.id, name, page.sha256.hex()]),
                kind=formats.EXTENSIONS.get(page.mime, "").upper(),
                size=page.size,
            )
            for place, page in enumerate(pages, start=1)
        ],
        "mentions": [
            Event(one.dated, EntryKind(one.kind).label, message=one.data.get("texte", ""))
            for one in reversed(said[1:])
            if one.dated
        ],
    }


@never_cache
@require_safe
@login_required
def page(request: HttpRequest, register_id: UUID, number: str, sha256: str) -> HttpResponse:
    """A page of an act, for the purpose just given."""
    actor = person(request)
    row = register_of(register_id, queries.reach_of(actor))
    given = request.session.get(_KEY) or ["", "", ""]
    if given[0] != str(row.id):
        return HttpResponseRedirect(reverse("act", args=[row.id, number]))
    try:
        wanted = bytes.fromhex(sha256)
    except ValueError:
        raise Http404 from None
    found, data = commands.deliver_page(
        register_id=row.id, number=number, sha256=wanted, purpose=Purpose(given[1]), detail=given[2], actor=actor
    )
    response = HttpResponse(data, content_type=found.mime)
    name = f"acte-{number.replace(' ', '-')}-{sha256[:8]}.{formats.EXTENSIONS.get(found.mime, 'bin')}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["X-Content-Type-Options"] = "nosniff"
    return response
