"""The operator's page of sites that rely on Parvis: register one, change its secret, stop it."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from parvis.core import words
from parvis.core.errors import AbsentError, DomainError
from parvis.directory import queries as directory
from parvis.exchange import commands
from parvis.exchange.console.entry import menu, operator
from parvis.exchange.console.forms import METHOD_WORDS, SCOPE_WORDS, SiteForm
from parvis.identity import queries as identity
from parvis.identity.commands import Registered, Registration
from parvis.ui.components.messages import badge
from parvis.ui.dates import when
from parvis.ui.parts import Column, Link, Row, Table

PAGE_SIZE = 50
_LISTED = ("redirect_uris", "post_logout_redirect_uris")
_PLAIN = ("name", "purpose", "backchannel_logout_uri", "auth_method", "jwks_uri", "tls_subject")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def sites(request: HttpRequest) -> HttpResponse:
    """Every site; the form registers one and shows its secret, this once."""
    actor = operator(request)
    form = SiteForm(request.POST if request.method == "POST" else None)
    made = None
    if request.method == "POST" and form.is_valid():
        try:
            made = commands.add_site(wanted=_wanted(form.cleaned_data), actor=actor)
            form = SiteForm()
        except DomainError as error:
            words.tell(form, error, elsewhere="name")
    page = Paginator(identity.relying_parties(), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {"form": form, "made": _credential(made), "results": page, "table": _table(page), "menu": menu("sites")}
    return render(request, "exchange/console/sites.html", context, status=422 if form.errors else 200)


def _wanted(answers: dict[str, Any]) -> Registration:
    organisation = directory.organisation_named(answers["siret"], answers["branch"])
    if organisation is None:
        raise AbsentError("unknown_organisation", "Aucun organisme ne porte ce SIRET et ce code.", field="siret")
    return Registration(
        organisation=organisation.id,
        sector=str(organisation.id),  # all the sites of a town hall know a person by one pseudonym
        scopes=["openid", *answers["scopes"]],
        **{name: answers[name] for name in _PLAIN},
        **{name: answers[name].split() for name in _LISTED},
    )


def _credential(made: Registered | None) -> list[Row]:
    rows = [Row(_("Identifiant"), made.client_id), Row(_("Secret"), made.secret)] if made else []
    return [row for row in rows if row.value]


def _table(page: Any) -> Table:
    return Table(
        caption=_("Sites reliés"),
        columns=[Column(_("Nom")), Column(_("Ce qu’il peut demander")), Column(_("Déclaré")), Column(_("État"))],
        rows=[
            [
                Link(row.name, reverse("site", args=[row.id]), context=str(row.id)[-6:]),
                _asks(row.scopes),
                when(row.created_at),
                _state(row),
            ]
            for row in page
        ],
        total=page.paginator.count,
        empty=_("Aucun site ne se connecte encore par ici."),
    )


def _asks(scopes: list[str]) -> str:
    return ", ".join(
        [_("un numéro au hasard"), *(str(SCOPE_WORDS[one]).lower() for one in scopes if one in SCOPE_WORDS)]
    )


def _state(row: Any) -> SafeString:
    return badge("neutral", _("Retiré")) if row.revoked_at else badge("success", _("Actif"))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def site(request: HttpRequest, site_id: UUID) -> HttpResponse:
    """One site: its facts, and what can be done with it; revoking, which cannot be undone, is asked for first."""
    actor = operator(request)
    row = identity.relying_parties().filter(id=site_id).first()
    if row is None:
        raise AbsentError("unknown_relying_party", "Ce site n’est pas déclaré, ou ne l’est plus.")
    gesture = request.POST.get("geste", "")
    if gesture == "retirer-vraiment":
        commands.revoke_site(site=row.id, actor=actor)
        messages.success(request, _("Le site est retiré : plus personne ne s’y connecte par ici."))
        return redirect("site", site_id=row.id)
    made = commands.renew_site(site=row.id, actor=actor) if gesture == "renouveler" else None
    context = {
        "row": row,
        "badge": _state(row),
        "made": _credential(made),
        "confirming": gesture == "retirer",
        "has_secret": row.auth_method == "client_secret_basic",
        "facts": _facts(row),
    }
    return render(request, "exchange/console/site.html", context)


def _facts(row: Any) -> list[Row]:
    organisation = directory.organisation(row.organisation)
    rows = [
        Row(_("Identifiant"), row.client_id),
        Row(_("Pour"), str(organisation) if organisation else _("aucun organisme")),
        Row(_("Pourquoi"), row.purpose),
        Row(_("Ce qu’il peut demander"), _asks(row.scopes)),
        Row(_("Adresses de retour"), ", ".join(row.redirect_uris)),
        Row(_("Prévenu des déconnexions"), row.backchannel_logout_uri or _("non")),
        Row(_("Comment il prouve que c’est lui"), str(METHOD_WORDS.get(row.auth_method, row.auth_method))),
        Row(_("Déclaré"), when(row.created_at)),
    ]
    return [one for one in rows if one.value]
