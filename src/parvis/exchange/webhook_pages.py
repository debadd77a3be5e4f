"""Webhooks: what was sent to each address, each try as it went, and the way to send again."""

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
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from parvis.core import words
from parvis.core.errors import DomainError
from parvis.exchange import commands, queries
from parvis.exchange.enums import WebhookState
from parvis.exchange.models import WebhookAttempt, WebhookDelivery
from parvis.exchange.pages import agent
from parvis.ui.components.messages import badge
from parvis.ui.dates import when
from parvis.ui.parts import Column, Entry, Link, NavItem, Row, Table, Tone

PAGE_SIZE = 25
_TONES: dict[str, Tone] = {
    WebhookState.WAITING: "info",
    WebhookState.DELIVERED: "success",
    WebhookState.ABANDONED: "error",
}


@require_safe
@login_required
def webhooks(request: HttpRequest) -> HttpResponse:
    """The messages sent to one's endpoints, newest first, by state."""
    rows = queries.webhook_deliveries_seen(agent(request))
    state = request.GET.get("etat", "")
    counts = {code: rows.filter(state=code).count() for code in WebhookState.values}
    shown = rows.filter(state=state) if state in WebhookState.values else rows
    page = Paginator(shown, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {"views": _tabs(counts, state), "results": page, "table": _table(page)}
    return render(request, "exchange/webhooks.html", context)


def _tabs(counts: dict[str, int], current: str) -> list[NavItem]:
    home = reverse("webhooks")
    every = NavItem(_("Tous"), home, current=current not in counts, count=sum(counts.values()))
    return [
        every,
        *(
            NavItem(
                WebhookState(code).label, f"{home}?{urlencode({'etat': code})}", current=code == current, count=count
            )
            for code, count in counts.items()
        ),
    ]


def _table(page: Any) -> Table:
    return Table(
        caption=_("Messages envoyés"),
        columns=[
            Column(_("Adresse")),
            Column(_("Pour")),
            Column(_("Créé")),
            Column(_("Essais"), numeric=True),
            Column(_("État")),
        ],
        rows=[
            [
                Link(row.endpoint.url, reverse("webhook", args=[row.id]), context=str(row.id)[-6:]),
                row.endpoint.organisation.name,
                when(row.created_at),
                row.attempts,
                _state(row),
            ]
            for row in page
        ],
        total=page.paginator.count,
        empty=_("Aucun message. Ils apparaissent ici quand un logiciel a demandé à être prévenu par webhook."),
    )


def _state(row: WebhookDelivery) -> SafeString:
    return badge(_TONES[row.state], WebhookState(row.state).label)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def webhook(request: HttpRequest, delivery_id: UUID) -> HttpResponse:
    """One message: every try, what was answered; sending again is a POST."""
    actor = agent(request)
    row = queries.webhook_delivery_seen(delivery_id, actor)
    if request.method == "POST":
        try:
            commands.replay_webhook(delivery_id=row.id, actor=actor)
        except DomainError as error:
            messages.error(request, words.said(error))
        else:
            messages.success(
                request, _("Le message va être envoyé à nouveau. Actualisez cette page pour voir l’essai.")
            )
        return HttpResponseRedirect(reverse("webhook", args=[row.id]))
    context = {
        "row": row,
        "badge": _state(row),
        "facts": [
            Row(_("Adresse"), row.endpoint.url),
            Row(_("Organisme"), row.endpoint.organisation.name),
            Row(_("Créé"), when(row.created_at)),
            Row(_("Notification"), str(row.notification_id)),
        ],
        "entries": [_try(one) for one in reversed(row.tries.all())],
    }
    return render(request, "exchange/webhook.html", context)


def _try(one: WebhookAttempt) -> Entry:
    """Say a try: what was answered, or why nothing was, and how long it took."""
    accepted = one.status is not None and 200 <= one.status < 300  # noqa: PLR2004 - the success range of HTTP
    if one.status is None:
        title = _("Sans réponse : %(error)s") % {"error": one.error}
    else:
        title = _("Réponse HTTP %(status)s") % {"status": one.status}
    lasted = ngettext("%(count)s milliseconde", "%(count)s millisecondes", one.milliseconds)
    return Entry(one.at, title, message=lasted % {"count": one.milliseconds}, tone="success" if accepted else "error")
