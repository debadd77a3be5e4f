"""The citizen's page of linked towns: what each received, since when, why, who was told, and how to unlink."""

from dataclasses import dataclass
from datetime import datetime
from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from parvis.identity import queries
from parvis.identity.models import Account
from parvis.identity.provider import pseudonyms, saying
from parvis.identity.provider.models import Consent, LogoutNotice, Pseudonym, RelyingParty, Told
from parvis.identity.provider.words import PseudonymState, Scope
from parvis.ui.dates import when
from parvis.ui.parts import Column, Table

_NOTICES = 20


@dataclass(frozen=True, slots=True)
class Site:
    """One site of a linked town, and the table of what it received."""

    client: RelyingParty
    agreed_at: datetime
    keeps: bool
    received: Table


@dataclass(frozen=True, slots=True)
class Town:
    """One sector that knows the person by one pseudonym."""

    sector: str
    linked_at: datetime
    sites: list[Site]

    @property
    def name(self) -> str:
        """What people call it: its sites' names."""
        return ", ".join(site.client.name for site in self.sites) or self.sector


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def towns(request: HttpRequest) -> HttpResponse:
    """Every linked town; unlinking, which cannot be undone, is asked for first."""
    account = cast("Account", request.user)
    sector, gesture = request.POST.get("site", ""), request.POST.get("geste", "")
    if gesture == "detacher-vraiment":
        pseudonyms.unlink(sector=sector, actor=queries.actor_of(account))
        messages.success(request, _("C’est fait : ce site ne vous connaît plus."))
        return redirect("linked_towns")
    context = {
        "linked": _linked(account),
        "confirming": sector if gesture == "detacher" else "",
        "told": LogoutNotice.objects.filter(account=account)
        .select_related("client")
        .order_by("-created_at")[:_NOTICES],
        "former": _former(account),
    }
    return render(request, "identity/provider/towns.html", context)


def _linked(account: Account) -> list[Town]:
    found = []
    for row in Pseudonym.objects.filter(account=account, state=PseudonymState.LINKED).order_by("-linked_at"):
        agreed = Consent.objects.filter(account=account, client__sector=row.sector, withdrawn_at=None)
        sites = [_site(account, consent) for consent in agreed.select_related("client").order_by("client__name")]
        found.append(Town(row.sector, row.linked_at, sites))
    return found


def _site(account: Account, consent: Consent) -> Site:
    rows = Told.objects.filter(account=account, client=consent.client).order_by("first_at", "claim")
    received = Table(
        caption=_("Ce que ce site a reçu de vous"),
        columns=[Column(_("Information")), Column(_("Depuis")), Column(_("Dernière fois"))],
        rows=[[saying.named(row.claim), when(row.first_at), when(row.last_at)] for row in rows],
        empty=_("Ce site n’a encore rien reçu de vous."),
    )
    return Site(consent.client, consent.given_at, Scope.OFFLINE in consent.scopes, received)


def _former(account: Account) -> list[Consent]:
    """Consents withdrawn for good: the sites that no longer know the person, the latest first."""
    live = Consent.objects.filter(account=account, withdrawn_at=None).values("client")
    rows = Consent.objects.filter(account=account).exclude(client__in=live).select_related("client")
    return list({row.client_id: row for row in rows.order_by("withdrawn_at")}.values())
