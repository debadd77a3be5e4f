"""Verify a signed file, for everybody. Nothing is kept of it."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from parvis.core.clock import now
from parvis.ledger import queries as journal
from parvis.signing import installation
from parvis.signing.saying import MEANINGS, TITLES, TONES, facts, rows
from parvis.signing.validation import service
from parvis.signing.validation.commands_for import commands
from parvis.signing.validation.report import build
from parvis.signing.validation.verdicts import Report
from parvis.ui.forms import FileField, Form

MOST_BYTES = 20_000_000


class VerifyForm(Form):
    """The signed file and, when the signature is apart, the file it is about."""

    signed = FileField(
        label=_("Fichier signé"), formats=(), max_bytes=MOST_BYTES, missing=_("Choisissez le fichier à vérifier.")
    )
    document = FileField(
        label=_("Document signé à part"),
        hint=_("Seulement si la signature est dans un autre fichier (.p7s, .tst, .ers, .xml)."),
        required=False,
        formats=(),
        max_bytes=MOST_BYTES,
    )


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def verify(request: HttpRequest) -> HttpResponse:
    """Give a verdict on a page, or as the report of ETSI TS 119 102-2."""
    posted = request.method == "POST"
    form = VerifyForm(request.POST if posted else None, request.FILES if posted else None)
    context: dict[str, Any] = {"form": form}
    if posted and form.is_valid():
        report = _report(form)
        if request.POST.get("format") == "xml":
            return _xml(report)
        context |= _shown(report)
    return render(request, "signing/verify.html", context, status=422 if form.errors else 200)


@require_safe
def program(_request: HttpRequest) -> HttpResponse:
    """The verifier in one file, to run without us and without a network."""
    name, source = journal.verifier_program()
    response = HttpResponse(source.encode(), content_type="text/x-python; charset=utf-8")
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name) or ""
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _report(form: VerifyForm) -> Report:
    signed, document = form.cleaned_data["signed"], form.cleaned_data["document"]
    return service.validate(
        signed.read(),
        name=signed.name,
        content=document.read() if document else None,
        signers=installation.trust(),
        services=installation.services(),
        dated_by=installation.timestamp_trust(),
        at=now(),
    )


def _xml(report: Report) -> HttpResponse:
    response = HttpResponse(build(report), content_type="application/xml")
    response["Content-Disposition"] = (
        content_disposition_header(as_attachment=True, filename="rapport-verification.xml") or ""
    )
    return response


def _shown(report: Report) -> dict[str, Any]:
    return {
        "report": report,
        "tone": TONES[report.indication],
        "verdict_title": TITLES[report.indication],
        "meaning": MEANINGS[report.sub],
        "facts": facts(report),
        "verdicts": [
            {"title": TITLES[one.indication], "meaning": MEANINGS[one.sub], "rows": rows(one)}
            for one in report.verdicts
        ],
        "commands": commands(report.kind, report.name),
    }
