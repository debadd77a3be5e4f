"""The operator's pages of organisations: find one, register one, correct it, close it."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from parvis.access import queries as access
from parvis.core import words
from parvis.core.actor import Actor
from parvis.core.errors import AbsentError, DomainError
from parvis.directory import queries as directory
from parvis.directory.enums import OrganisationKind, OrganisationState
from parvis.exchange import commands, queries
from parvis.exchange.console.entry import menu, operator
from parvis.exchange.console.forms import ContactForm, OrganisationForm
from parvis.exchange.subscription_pages import state_badge
from parvis.ui.components.messages import badge
from parvis.ui.dates import when
from parvis.ui.parts import Column, Link, NavItem, Row, Table

PAGE_SIZE = 25
_VIEWS = {"actifs": OrganisationState.ACTIVE, "fermes": OrganisationState.CLOSED}
_STATES = {"fermer-vraiment": OrganisationState.CLOSED, "rouvrir": OrganisationState.ACTIVE}


@require_safe
@login_required
def organisations(request: HttpRequest) -> HttpResponse:
    """Every organisation, found by name, SIRET or INSEE code."""
    operator(request)
    text, view = request.GET.get("q", "")[:100], request.GET.get("vue", "")
    rows = directory.organisations(text=text)
    counts = {name: rows.filter(state=state).count() for name, state in _VIEWS.items()}
    if view in _VIEWS:
        rows = rows.filter(state=_VIEWS[view])
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "menu": menu("organisations"),
        "views": _tabs(counts, view, text),
        "results": page,
        "table": _table(page),
    }
    return render(request, "exchange/console/organisations.html", context)


def _tabs(counts: dict[str, int], current: str, text: str) -> list[NavItem]:
    said = {"": _("Tous"), "actifs": _("Actifs"), "fermes": _("Fermés")}
    numbers = {"": sum(counts.values())} | counts
    search = {"q": text} if text else {}
    return [
        NavItem(
            label,
            f"{reverse('organisations')}?{urlencode(({'vue': view} if view else {}) | search)}",
            current=view == (current if current in _VIEWS else ""),
            count=numbers[view],
        )
        for view, label in said.items()
    ]


def _table(page: Any) -> Table:
    return Table(
        caption=_("Organismes"),
        columns=[Column(_("Nom")), Column(_("Nature")), Column(_("SIRET"), nowrap=True), Column(_("État"))],
        rows=[
            [
                Link(row.name, reverse("organisation", args=[row.id]), context=row.branch_code),
                OrganisationKind(row.kind).label,
                row.siret,
                _state(row),
            ]
            for row in page
        ],
        total=page.paginator.count,
        empty=_("Aucun organisme ne correspond. Vérifiez le nom ou le SIRET, ou enregistrez l’organisme."),
    )


def _state(row: Any) -> SafeString:
    return badge("success", _("Actif")) if row.state == OrganisationState.ACTIVE else badge("neutral", _("Fermé"))


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def new_organisation(request: HttpRequest) -> HttpResponse:
    """Register an organisation."""
    actor = operator(request)
    form = OrganisationForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid() and (made := _registered(form, actor)):
        messages.success(request, _("L’organisme est enregistré. Il peut maintenant demander ses abonnements."))
        return HttpResponseRedirect(reverse("organisation", args=[made]))
    return render(request, "exchange/console/organisation_new.html", {"form": form}, status=422 if form.errors else 200)


def _registered(form: OrganisationForm, actor: Actor) -> UUID | None:
    answers = form.cleaned_data
    try:
        return commands.add_organisation(
            kind=OrganisationKind(answers["kind"]),
            name=answers["name"],
            siret=answers["siret"],
            branch=answers["branch_code"],
            commune=answers["commune_code"],
            email=answers["email"],
            actor=actor,
        )
    except DomainError as error:
        words.tell(form, error)
    return None


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def organisation(request: HttpRequest, organisation_id: UUID) -> HttpResponse:
    """One organisation: its facts, its subscriptions, what can be done with it."""
    actor = operator(request)
    row = directory.organisation(organisation_id)
    if row is None:
        raise AbsentError("unknown_organisation", "Cette organisation n’existe pas.")
    gesture = request.POST.get("geste", "")
    here = HttpResponseRedirect(reverse("organisation", args=[row.id]))
    if state := _STATES.get(gesture):
        commands.set_organisation_state(organisation=row.id, state=state, actor=actor)
        closed = state == OrganisationState.CLOSED
        messages.success(request, _("L’organisme est fermé.") if closed else _("L’organisme est rouvert."))
        return here
    form = ContactForm(request.POST if gesture == "corriger" else None, initial={"name": row.name, "email": row.email})
    if gesture == "corriger" and form.is_valid() and _corrected(form, row.id, actor):
        messages.success(request, _("C’est enregistré."))
        return here
    context = _facts(row) | {"row": row, "badge": _state(row), "form": form, "confirming": gesture == "fermer"}
    return render(request, "exchange/console/organisation.html", context, status=422 if form.errors else 200)


def _corrected(form: ContactForm, organisation_id: UUID, actor: Actor) -> bool:
    try:
        commands.correct_organisation(organisation=organisation_id, actor=actor, **form.cleaned_data)
    except DomainError as error:
        words.tell(form, error)
        return False
    return True


def _facts(row: Any) -> dict[str, Any]:
    keys = access.programs_of(row.id)
    subscriptions = queries.subscriptions_of(row.id)
    members = directory.members_count(row.id)
    return {
        "closed": row.state == OrganisationState.CLOSED,
        "facts": [
            Row(_("Nature"), OrganisationKind(row.kind).label),
            Row(_("SIRET"), row.siret),
            Row(_("Code du service"), row.branch_code),
            Row(_("Adresse électronique"), row.email or _("non renseignée")),
            Row(_("Agents"), str(members)),
            Row(_("Clés de logiciels en service"), str(keys)),
            Row(_("Enregistré"), when(row.created_at)),
        ],
        "subscriptions": Table(
            caption=_("Abonnements"),
            columns=[Column(_("Démarche")), Column(_("État"))],
            rows=[
                [Link(held.process.said_name, reverse("subscription", args=[held.id])), state_badge(held)]
                for held in subscriptions
            ],
            empty=_("Cet organisme ne reçoit encore aucune démarche. Son administrateur peut demander un abonnement."),
        ),
    }
