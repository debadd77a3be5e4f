"""The operator's page of programs' keys: who holds one, give one, change its secret, stop it, let it work again."""

from collections.abc import Callable
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
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from parvis.access import queries as access
from parvis.core import words
from parvis.core.actor import Actor
from parvis.core.errors import AbsentError, DomainError
from parvis.directory import queries as directory
from parvis.exchange import commands
from parvis.exchange.console.entry import menu, operator
from parvis.exchange.console.forms import ROLE_WORDS, KeyForm
from parvis.exchange.pages import agent
from parvis.identity import queries as identity
from parvis.ui.components.messages import badge
from parvis.ui.dates import when
from parvis.ui.parts import Column, Link, Row, Table

PAGE_SIZE = 50
# What is done at once; revoking, which cannot be undone, is asked for first.
_GESTURES: dict[str, Callable[[UUID, Actor], None]] = {
    "retablir": lambda client, actor: commands.lift_cut(principal=f"client:{client}", actor=actor),
    "revoquer-vraiment": lambda client, actor: commands.revoke_key(client=client, actor=actor),
}
_DONE: dict[str, Any] = {
    "retablir": gettext_lazy("La clé est rétablie."),
    "revoquer-vraiment": gettext_lazy("La clé est révoquée : le logiciel ne peut plus se connecter."),
}


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def keys(request: HttpRequest) -> HttpResponse:
    """Every key; the form makes one and shows its secret, this once."""
    operator(request)
    form = KeyForm(request.POST if request.method == "POST" else None)
    made = None
    if request.method == "POST" and form.is_valid():
        try:
            made = _made(form, request)
            form = KeyForm()
        except DomainError as error:
            words.tell(form, error, elsewhere="siret")
    page = Paginator(identity.machine_clients(), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {"form": form, "made": _secret(made), "results": page, "table": _table(page)} | {"menu": menu("keys")}
    return render(request, "exchange/console/keys.html", context, status=422 if form.errors else 200)


def _made(form: KeyForm, request: HttpRequest) -> Any:
    answers = form.cleaned_data
    organisation = directory.organisation_named(answers["siret"], answers["branch"])
    if organisation is None:
        raise AbsentError("unknown_organisation", "Aucun organisme ne porte ce SIRET et ce code.", field="siret")
    return commands.add_key(
        name=answers["name"], role=answers["role"], organisation=organisation.id, actor=agent(request)
    )


def _secret(made: Any) -> list[Row]:
    return [Row(_("Identifiant"), made.client_id), Row(_("Secret"), made.secret)] if made else []


def _table(page: Any) -> Table:
    served = access.organisations_served([row.id for row in page])
    return Table(
        caption=_("Clés des logiciels"),
        columns=[Column(_("Nom")), Column(_("Pour")), Column(_("Créée")), Column(_("État"))],
        rows=[
            [
                Link(row.name, reverse("key", args=[row.id]), context=str(row.id)[-6:]),
                ", ".join(served.get(row.id, [])) or _("aucun organisme"),
                when(row.created_at),
                _state(row),
            ]
            for row in page
        ],
        total=page.paginator.count,
        empty=_("Aucun logiciel n’a encore de clé."),
    )


def _state(row: Any) -> SafeString:
    if row.revoked_at:
        return badge("neutral", _("Révoquée"))
    return badge("error", _("Suspendue")) if row.suspended_at else badge("success", _("Active"))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def key(request: HttpRequest, client_id: UUID) -> HttpResponse:
    """One key: its facts, and what can be done with it."""
    actor = operator(request)
    row = identity.machine_clients().filter(id=client_id).first()
    if row is None:
        raise AbsentError("unknown_client", "Cette clé n’existe pas ou a été révoquée.")
    gesture = request.POST.get("geste", "")
    if gesture in _GESTURES:
        _GESTURES[gesture](row.id, actor)
        messages.success(request, _DONE[gesture])
        return HttpResponseRedirect(reverse("key", args=[row.id]))
    made = commands.rotate_key(client=row.id, actor=actor) if gesture == "renouveler" else None
    served = access.organisations_served([row.id]).get(row.id, [])
    context = {
        "row": row,
        "badge": _state(row),
        "made": _secret(made),
        "confirming": gesture == "revoquer",
        "facts": [
            Row(_("Identifiant"), row.client_id),
            Row(_("Pour"), ", ".join(served) or _("aucun organisme")),
            Row(_("Ce qu’il fait"), ", ".join(str(ROLE_WORDS.get(role, role)) for role in row.scopes)),
            Row(_("Créée"), when(row.created_at)),
        ],
    }
    return render(request, "exchange/console/key.html", context)
