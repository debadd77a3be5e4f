"""One certificate: its facts; renew it, revoke it."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from parvis.access import queries as access
from parvis.access.enums import Action
from parvis.core.errors import AbsentError
from parvis.identity import queries as identity
from parvis.signing import commands, queries
from parvis.signing.enums import CertificateState, KeyPlace, RevocationReason
from parvis.signing.forms import RevocationForm
from parvis.signing.models import SigningCertificate
from parvis.signing.pages.lists import person
from parvis.signing.presenting import certificate_badge
from parvis.ui.dates import when
from parvis.ui.parts import Row


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def key(request: HttpRequest, certificate_id: UUID) -> HttpResponse:
    """The certificate, for an administrator."""
    actor = person(request)
    here = access.organisations_of(actor, [Action.MEMBERS_MANAGE])
    row = queries.certificates_of(here).filter(id=certificate_id).first()
    if row is None:
        raise AbsentError("unknown_certificate", "Ce certificat n’existe pas.")
    form = RevocationForm(request.POST if request.POST.get("geste") == "revoquer" else None)
    if request.method == "POST":
        identity.require_assurance(request, Action.MEMBERS_MANAGE)
        if request.POST.get("geste") == "renouveler":
            commands.renew_certificate(key_id=row.key_id, actor=actor)
            messages.success(request, _("Certificat renouvelé : le nouveau est en service."))
            return HttpResponseRedirect(reverse("parapheur_keys"))
        if form.is_valid():
            reason = RevocationReason(form.cleaned_data["reason"])
            commands.revoke_certificate(certificate_id=row.id, reason=reason, actor=actor)
            messages.success(request, _("Certificat révoqué : plus rien ne sera signé avec lui."))
            return HttpResponseRedirect(reverse("parapheur_key", args=[row.id]))
    context = {"row": row, "badge": certificate_badge(row.state), "form": form, "facts": _facts(row)}
    context["active"] = row.state == CertificateState.ACTIVE
    return render(request, "signing/key.html", context, status=422 if form.errors else 200)


def _facts(row: SigningCertificate) -> list[Row]:
    facts = [
        Row(_("Titulaire"), str(row.key.holder)),
        Row(_("Sujet"), row.subject),
        Row(_("Autorité"), row.issuer),
        Row(_("Numéro de série"), row.serial),
        Row(_("Valable du"), when(row.starts_at)),
        Row(_("Valable jusqu’au"), when(row.ends_at)),
        Row(_("Où est la clé"), KeyPlace(row.key.backend).label),
    ]
    if row.revoked_at:
        facts += [Row(_("Révoqué"), when(row.revoked_at)), Row(_("Raison"), RevocationReason(row.reason).label)]
    return facts
