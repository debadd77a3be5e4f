"""The list of documents, its export, and what is put in a batch from it."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from parvis.access import queries as access
from parvis.access.enums import Action
from parvis.core import words
from parvis.core.actor import Actor
from parvis.core.errors import DomainError
from parvis.core.sheets import sheet_response
from parvis.directory import queries as directory
from parvis.identity import queries as identity
from parvis.signing import commands, queries
from parvis.signing.commands.batches import MOST_IN_A_BATCH
from parvis.signing.enums import ItemState
from parvis.signing.presenting import VIEWS, items_table, views

PAGE_SIZE = 50
RIGHTS = (Action.ACT_PREPARE, Action.ACT_VISA, Action.ACT_SIGN, Action.MEMBERS_MANAGE)


def person(request: HttpRequest) -> Actor:
    """Return the person signed in."""
    return identity.actor_of(request.user)  # type: ignore[arg-type]


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def parapheur(request: HttpRequest) -> HttpResponse:
    """What waits for a visa or a signature; chosen documents go together to one confirmation."""
    actor = person(request)
    problem = ""
    if request.method == "POST":
        try:
            return HttpResponseRedirect(reverse("parapheur_batch", args=[_frozen(request, actor)]))
        except DomainError as error:
            problem = " ".join(words.said(one) for one in error.problems)
    return render(
        request,
        "signing/list.html",
        _context(request, actor) | {"problem": problem, "page_errors": problem},
        status=422 if problem else 200,
    )


def _frozen(request: HttpRequest, actor: Actor) -> UUID:
    organisation = _uuid(request.POST.get("organisme", ""))
    if request.POST.get("choix") == "tout" and organisation:
        items = list(queries.queue(actor, organisation).values_list("id", flat=True)[:MOST_IN_A_BATCH])
    else:
        items = [one for one in map(_uuid, request.POST.getlist("documents")) if one]
        first = queries.items_of(actor).filter(id__in=items).first()
        organisation = first.answering if first else None
    if organisation is None or not items:
        raise DomainError("nothing_chosen", "Choisissez au moins un document à signer.", field="documents")
    return commands.freeze_batch(organisation=organisation, items=items, actor=actor)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _context(request: HttpRequest, actor: Actor) -> dict[str, Any]:
    here = access.organisations_of(actor, RIGHTS)
    if not here:
        return {"has_desk": False}
    code = request.GET.get("vue", "a-traiter")
    code = code if code in VIEWS else "a-traiter"
    view, label, empty = VIEWS[code]
    text = request.GET.get("q", "")[:100]
    page = Paginator(queries.items_of(actor, view, text=text), PAGE_SIZE).get_page(request.GET.get("page"))  # type: ignore[arg-type]
    choosing = view == "todo" and any(item.state == ItemState.TO_SIGN for item in page)
    return {
        "has_desk": True,
        "ending": queries.ending_certificate(actor),
        "views": views(queries.count_items(actor), current=code, text=text),
        "results": page,
        "choosing": choosing,
        "wholes": _wholes(actor) if choosing else [],
        "table": items_table(page, label, empty, choosing=choosing),
        "may_send": bool(access.organisations_of(actor, [Action.ACT_PREPARE])),
        "may_sign": bool(access.organisations_of(actor, [Action.ACT_SIGN])),
        "may_manage": bool(access.organisations_of(actor, [Action.MEMBERS_MANAGE])),
        "csv_url": f"{reverse('parapheur_csv')}?{request.GET.urlencode()}",
    }


def _wholes(actor: Actor) -> list[dict[str, Any]]:
    """One button an organisation: all that waits for a signature there, as far as a batch goes."""
    ready = queries.ready_to_sign(actor)
    names = directory.organisations_by_id(ready)
    return [
        {"id": key, "name": names[key].name, "count": min(count, MOST_IN_A_BATCH)}
        for key, count in ready.items()
        if key in names
    ]


@require_safe
@login_required
def export(request: HttpRequest) -> StreamingHttpResponse:
    """The view as a file for a spreadsheet, one line at a time."""
    view = VIEWS.get(request.GET.get("vue", ""), VIEWS["a-traiter"])[0]
    rows = queries.items_of(person(request), view, text=request.GET.get("q", "")[:100])  # type: ignore[arg-type]
    return sheet_response("parapheur.csv", _lines(rows))


def _lines(rows: Any) -> Iterator[list[object]]:
    yield [_("Référence"), _("Titre"), _("Organisme"), _("État"), _("Déposé le"), _("Changé le"), _("Motif")]
    for item in rows.iterator(chunk_size=1000):
        values = [item.reference, item.title, item.organisation.name, str(ItemState(item.state).label)]
        dates = [f"{item.created_at:%Y-%m-%d %H:%M}", f"{item.changed_at:%Y-%m-%d %H:%M}"]
        yield [*values, *dates, item.reason]
