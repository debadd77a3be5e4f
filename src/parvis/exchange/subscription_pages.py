"""Subscriptions: an administrator asks, the operator decides, the administrator chooses how to receive."""

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
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_safe

from parvis.access.enums import Action
from parvis.catalogue import queries as catalogue
from parvis.core import words
from parvis.core.actor import Actor
from parvis.core.errors import DomainError
from parvis.exchange import commands, queries
from parvis.exchange.enums import AccessMode, MailFrequency, SubscriptionState
from parvis.exchange.models import Subscription
from parvis.exchange.pages import agent
from parvis.exchange.service_form import ServiceForm, chosen_unit, service_form
from parvis.exchange.subscription_forms import ReceptionForm, RefusalForm, RequestForm
from parvis.identity import queries as identity
from parvis.ui.components.messages import badge
from parvis.ui.forms import Form
from parvis.ui.parts import Column, Entry, Link, NavItem, Row, Table, Tone

PAGE_SIZE = 25
_VIEWS: dict[str, Any] = {
    "a-valider": gettext_lazy("À valider"),
    "a-activer": gettext_lazy("À activer"),
    "actifs": gettext_lazy("Actifs"),
    "suspendus": gettext_lazy("Suspendus"),
    "refuses": gettext_lazy("Refusés"),
}


@require_safe
@login_required
def subscriptions(request: HttpRequest) -> HttpResponse:
    """The subscriptions that one manages, by step, with the way to ask for one."""
    actor = agent(request)
    text = request.GET.get("q", "")[:100]
    view = request.GET.get("vue", "")
    rows = queries.subscriptions_seen(actor, text=text)
    counts = queries.count_steps(rows)
    if view in queries.STEPS:
        rows = rows.filter(queries.STEPS[view])
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    organisations = queries.managed_organisations(actor)
    context = {
        "may_manage": bool(organisations) or queries.is_platform(actor),
        "may_ask": bool(organisations),
        "views": _tabs(counts, view, text),
        "results": page,
        "table": _table(page),
    }
    return render(request, "exchange/subscriptions.html", context)


def _tabs(counts: dict[str, int], current: str, text: str) -> list[NavItem]:
    search = {"q": text} if text else {}
    every = NavItem(
        _("Tous"),
        f"{reverse('subscriptions')}?{urlencode(search)}",
        current=current not in _VIEWS,
        count=sum(counts.values()),
    )
    return [
        every,
        *(
            NavItem(
                label,
                f"{reverse('subscriptions')}?{urlencode({'vue': code} | search)}",
                current=code == current,
                count=counts[code],
            )
            for code, label in _VIEWS.items()
        ),
    ]


def _table(page: Any) -> Table:
    return Table(
        caption=_("Abonnements"),
        columns=[Column(_("Organisme")), Column(_("Démarche")), Column(_("Réception")), Column(_("État"))],
        rows=[
            [
                Link(row.subscriber.name, reverse("subscription", args=[row.id]), context=row.process.said_name),
                row.process.said_name,
                AccessMode(row.access_mode).label if row.access_mode else _("À choisir"),
                state_badge(row),
            ]
            for row in page
        ],
        total=page.paginator.count,
        empty=_("Aucun abonnement ici. Un abonnement permet à un organisme de recevoir les dossiers d’une démarche."),
    )


def state_badge(row: Subscription) -> SafeString:
    """Return where a subscription is in its life."""
    said: dict[str, tuple[Tone, Any]] = {
        SubscriptionState.ACTIVE: ("success", _("Actif")),
        SubscriptionState.SUSPENDED: ("warning", _("Suspendu")),
        SubscriptionState.REFUSED: ("error", _("Refusé")),
    }
    waiting: tuple[Tone, Any] = ("info", _("À activer") if row.validated_at else _("À valider"))
    return badge(*said.get(row.state, waiting))


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def new_subscription(request: HttpRequest) -> HttpResponse:
    """Ask to receive a process."""
    actor = agent(request)
    organisations = queries.managed_organisations(actor)
    if request.method == "POST":
        identity.require_assurance(request, Action.MEMBERS_MANAGE)
    processes = [(row.code, row.said_name) for row in catalogue.processes().filter(is_active=True)]
    posted = request.POST if request.method == "POST" else None
    form = RequestForm(posted, organisations=organisations, processes=processes)
    if posted is not None and form.is_valid():
        answers = form.cleaned_data
        wanted = commands.SubscriptionRequest(
            UUID(answers["organisation"]), answers["process"], commands.Reception(emails=answers["emails"])
        )
        try:
            row = commands.request_subscription(wanted=wanted, actor=actor)
        except DomainError as error:
            form.add_error("process", words.said(error))
        else:
            messages.success(request, _("Votre demande est enregistrée. Vous serez prévenu de chaque étape."))
            return HttpResponseRedirect(reverse("subscription", args=[row.id]))
    return render(
        request,
        "exchange/subscription_new.html",
        {"form": form, "may_ask": bool(organisations)},
        status=422 if form.errors else 200,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def subscription(request: HttpRequest, subscription_id: UUID) -> HttpResponse:
    """One subscription: its present step, and what each side may do of it."""
    actor = agent(request)
    row = queries.subscription_seen(subscription_id, actor)
    gesture = request.POST.get("gesture", "") if request.method == "POST" else ""
    if gesture:
        decides = gesture in {"validate", "refuse"}
        identity.require_assurance(request, Action.PLATFORM_ADMINISTER if decides else Action.MEMBERS_MANAGE)
    reception = ReceptionForm(request.POST if gesture == "activate" else None, initial=_present(row))
    refusal = RefusalForm(request.POST if gesture == "refuse" else None)
    form: Form = refusal if gesture == "refuse" else reception
    if gesture == "entrust":
        form = ServiceForm(request.POST)
    if gesture and _done(request, row, gesture, form, actor):
        return HttpResponseRedirect(reverse("subscription", args=[row.id]))
    return render(
        request,
        "exchange/subscription.html",
        _context(row, reception, refusal, form, actor),
        status=422 if form.errors else 200,
    )


def _present(row: Subscription) -> dict[str, Any]:
    return {
        "mode": row.access_mode or AccessMode.PORTAL,
        "frequency": row.frequency,
        "emails": "\n".join(row.emails),
    }


def _done(request: HttpRequest, row: Subscription, gesture: str, form: Form, actor: Actor) -> bool:
    """Do what was asked. False when the form is to be corrected; a rule that says no is said on the page."""
    if gesture in {"activate", "refuse"} and not form.is_valid():
        return False
    try:
        said = _acted(row, gesture, form, actor)
    except DomainError as error:
        messages.error(request, words.said(error))
    else:
        messages.success(request, said)
    return True


def _acted(row: Subscription, gesture: str, form: Form, actor: Actor) -> str:
    if gesture == "activate":
        answers = form.cleaned_data
        reception = commands.Reception(answers["mode"], answers["emails"], answers["frequency"])
        commands.activate_subscription(subscription_id=row.id, reception=reception, actor=actor)
        return _("C’est enregistré : l’abonnement est actif.")
    if gesture == "validate":
        commands.validate_subscription(subscription_id=row.id, actor=actor)
        return _("Demande validée : l’organisme est prévenu et peut activer son abonnement.")
    if gesture == "refuse":
        commands.reject_subscription(subscription_id=row.id, reason=form.cleaned_data["reason"], actor=actor)
        return _("Demande refusée : l’organisme est prévenu du motif.")
    if gesture == "entrust":
        unit = chosen_unit(form.data.get("unit", ""))
        moved = commands.entrust_process(subscription_id=row.id, unit=unit, actor=actor)
        return ngettext(
            "C’est enregistré. %(moved)s dossier en cours a suivi.",
            "C’est enregistré. %(moved)s dossiers en cours ont suivi.",
            moved,
        ) % {"moved": moved}
    if gesture == "suspend":
        commands.suspend_subscription(subscription_id=row.id, actor=actor)
        return _("Abonnement suspendu : aucun nouveau dossier n’arrivera.")
    raise DomainError("unknown_gesture", "Cette action n’existe pas. Choisissez-en une sur la page.")


def _context(
    row: Subscription, reception: ReceptionForm, refusal: RefusalForm, form: Form, actor: Actor
) -> dict[str, Any]:
    is_platform = queries.is_platform(actor)
    undecided = row.validated_at is None and row.state == SubscriptionState.INACTIVE
    return {
        "row": row,
        "form": form,
        "reception": reception,
        "refusal": refusal,
        "badge": state_badge(row),
        "services": service_form(row.subscriber_id, row.unit_id) if row.state == SubscriptionState.ACTIVE else None,
        "facts": _facts(row),
        "entries": _story(row),
        "may_decide": is_platform and undecided,
        "may_settle": bool(row.validated_at) or row.state == SubscriptionState.ACTIVE,
        "is_active": row.state == SubscriptionState.ACTIVE,
        "is_refused": row.state == SubscriptionState.REFUSED,
        "waits": undecided and not is_platform,
    }


def _facts(row: Subscription) -> list[Row]:
    return [
        Row(_("Organisme"), row.subscriber.name),
        Row(_("SIRET"), row.subscriber.siret),
        Row(_("Démarche"), row.process.said_name),
        *([Row(_("Service"), row.unit.name)] if row.unit else []),
        Row(_("Réception"), AccessMode(row.access_mode).label if row.access_mode else _("À choisir")),
        Row(_("Alertes"), MailFrequency(row.frequency).label),
        Row(_("Adresses prévenues"), ", ".join(row.emails) or _("Aucune")),
    ]


def _story(row: Subscription) -> list[Entry]:
    steps: list[tuple[Any, str, Tone, str]] = [
        (row.created_at, _("Demande enregistrée"), "neutral", ""),
        (row.validated_at, _("Demande validée"), "info", ""),
        (row.rejected_at, _("Demande refusée"), "error", row.rejection_reason),
        (row.activated_at, _("Abonnement activé"), "success", ""),
        (row.ended_at, _("Abonnement suspendu"), "warning", ""),
    ]
    known = sorted((step for step in steps if step[0]), key=lambda step: step[0], reverse=True)
    return [Entry(moment, title, message=message, tone=tone) for moment, title, tone, message in known]
