"""The keys of an organisation: give one, ask for its certificate, install what the authority answered."""

from typing import Any
from uuid import UUID

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from parvis.access import queries as access
from parvis.access.enums import Action
from parvis.core.clock import now
from parvis.identity import queries as identity
from parvis.signing import commands, installation, queries
from parvis.signing.commands.refusals import no_key
from parvis.signing.enums import KeyPlace
from parvis.signing.forms import InstallForm, KeyForm
from parvis.signing.models import SigningCertificate, SigningKey
from parvis.signing.pages.lists import person
from parvis.signing.pages.settings import name_of, tried, where
from parvis.signing.presenting import certificate_badge
from parvis.ui.components.messages import badge
from parvis.ui.dates import when
from parvis.ui.parts import Column, Link, Row, Table


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def keys(request: HttpRequest) -> HttpResponse:
    """The officers' keys of one's organisation, each with its certificate; make a key."""
    actor = person(request)
    organisation = where(actor, Action.MEMBERS_MANAGE)
    rows = list(queries.keys_of([organisation]))
    have = {row.holder_id for row in rows}
    people = [(str(k), name) for k, name in queries.officers_of(organisation, Action.ACT_SIGN) if k not in have]
    form = KeyForm(request.POST if request.method == "POST" else None, people=people)
    if form.is_bound and form.is_valid():
        identity.require_assurance(request, Action.MEMBERS_MANAGE)
        holder = UUID(form.cleaned_data["holder"])
        if tried(form, lambda: commands.open_key(organisation=organisation, holder=holder, actor=actor)):
            messages.success(request, _("Clé créée."))
            return HttpResponseRedirect(reverse("parapheur_keys"))
    context = {
        "form": form,
        "here": name_of(organisation),
        "people": people,
        "files": any(row.backend == KeyPlace.FILES for row in rows),
        "table": _table(rows),
    }
    return render(request, "signing/keys.html", context, status=422 if form.errors else 200)


def _table(rows: list[SigningKey]) -> Table:
    return Table(
        caption=_("Clés et certificats"),
        columns=[Column(_("Titulaire")), Column(_("Autorité")), Column(_("Valable jusqu’au")), Column(_("État"))],
        rows=[_line(row) for row in rows],
        total=len(rows),
        empty=_("Personne n’a encore de clé de signature."),
    )


def _line(row: SigningKey) -> list[object]:
    found = _active(row)
    link = Link(str(row.holder), reverse("parapheur_key_of", args=[row.id]), context=str(row.id)[-6:])
    if found is None:
        return [link, "", "", badge("warning", _("Sans certificat"))]
    return [link, found.issuer, when(found.ends_at), standing_badge(found)]


def _active(row: SigningKey) -> SigningCertificate | None:
    found: list[SigningCertificate] = getattr(row, "in_service", [])
    return found[0] if found else None


def standing_badge(row: SigningCertificate) -> SafeString:
    """Return the badge of a certificate in service: fine, ending soon, over."""
    if row.ends_at <= now():
        return badge("error", _("Expiré"))
    if row.ends_at <= now() + queries.ENDS_SOON:
        return badge("warning", _("Expire bientôt"))
    return certificate_badge(row.state)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def key_of(request: HttpRequest, key_id: UUID) -> HttpResponse:
    """One key: ask for its certificate, install the answer, see all its certificates."""
    row = _seen(request, key_id)
    form = InstallForm(request.POST, request.FILES) if request.method == "POST" else InstallForm()
    if request.method == "POST":
        identity.require_assurance(request, Action.MEMBERS_MANAGE)
        if form.is_valid() and _installed(request, row, form):
            messages.success(request, _("Certificat installé : il est en service."))
            return HttpResponseRedirect(reverse("parapheur_key_of", args=[row.id]))
    found = _active(row)
    context = {
        "row": row,
        "form": form,
        "on_card": row.backend == KeyPlace.CARD,
        "demo": installation.is_demo(),
        "badge": standing_badge(found) if found else badge("warning", _("Sans certificat")),
        "ending": found is not None and found.ends_at <= now() + queries.ENDS_SOON,
        "facts": _facts(row, found),
        "table": _certificates(row),
    }
    return render(request, "signing/key_of.html", context, status=422 if form.errors else 200)


def _seen(request: HttpRequest, key_id: UUID) -> SigningKey:
    here = access.organisations_of(person(request), [Action.MEMBERS_MANAGE])
    row = queries.keys_of(here).filter(id=key_id).first()
    if row is None:
        raise no_key()
    return row


def _installed(request: HttpRequest, row: SigningKey, form: InstallForm) -> bool:
    pem = form.cleaned_data["certificate"].read()
    actor = person(request)
    return tried(form, lambda: commands.install_certificate(key_id=row.id, pem=pem, actor=actor))


def _facts(row: SigningKey, found: SigningCertificate | None) -> list[Row]:
    return [
        Row(_("Titulaire"), str(row.holder)),
        Row(_("Pour"), row.organisation.name),
        Row(_("Où est la clé"), KeyPlace(row.backend).label),
        Row(_("Créée"), when(row.created_at)),
        Row(_("Certificat en service jusqu’au"), when(found.ends_at) if found else _("aucun")),
    ]


def _certificates(row: SigningKey) -> Table:
    found: list[Any] = list(row.certificates.order_by("-id"))
    return Table(
        caption=_("Certificats de cette clé"),
        columns=[Column(_("Numéro de série")), Column(_("Autorité")), Column(_("Valable jusqu’au")), Column(_("État"))],
        rows=[
            [
                Link(one.serial, reverse("parapheur_key", args=[one.id])),
                one.issuer,
                when(one.ends_at),
                certificate_badge(one.state),
            ]
            for one in found
        ],
        counted=False,
        empty=_("Cette clé n’a pas encore de certificat : téléchargez sa demande ci-dessous."),
    )


@never_cache
@require_safe
@login_required
def request_of(request: HttpRequest, key_id: UUID) -> HttpResponse:
    """The request to send to the certification authority (PKCS#10, PEM)."""
    row = _seen(request, key_id)
    encoded = commands.certificate_request(key_id=row.id, actor=person(request))
    response = HttpResponse(
        x509.load_der_x509_csr(encoded).public_bytes(Encoding.PEM), content_type="application/pkcs10"
    )
    response["Content-Disposition"] = f'attachment; filename="{slugify(str(row.holder)) or "cle"}.csr"'
    return response
