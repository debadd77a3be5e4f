"""The operator's pages of processes: what each carries, who receives it, how long it is kept."""

from collections.abc import Iterable
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from parvis.catalogue import queries as catalogue
from parvis.catalogue.enums import CaseStatus, Validation, Workflow
from parvis.core.errors import AbsentError
from parvis.exchange import queries
from parvis.exchange.console.entry import menu, operator
from parvis.ui.components.messages import badge
from parvis.ui.parts import Column, Link, Row, Table
from parvis.ui.sizes import say_size


@require_safe
@login_required
def processes(request: HttpRequest) -> HttpResponse:
    """Every process, with who deposits and how many receive."""
    operator(request)
    receiving = queries.recipients_by_process()
    table = Table(
        caption=_("Démarches"),
        columns=[
            Column(_("Démarche")),
            Column(_("Code")),
            Column(_("Déposant")),
            Column(_("Organismes abonnés"), numeric=True),
            Column(_("État")),
        ],
        rows=[
            [
                Link(row.said_name, reverse("process", args=[row.code]), context=row.code),
                row.code,
                row.depositor,
                receiving.get(row.code, 0),
                _state(row),
            ]
            for row in catalogue.processes()
        ],
        empty=_("Aucune démarche n’est installée. La commande « parvis migrate » installe celles du catalogue."),
    )
    return render(request, "exchange/console/processes.html", {"menu": menu("processes"), "table": table})


def _state(row: Any) -> SafeString:
    return badge("success", _("Ouverte")) if row.is_active else badge("neutral", _("Fermée"))


@require_safe
@login_required
def process(request: HttpRequest, code: str) -> HttpResponse:
    """One process: its documents, its states, its delays."""
    operator(request)
    row = catalogue.processes().filter(code=code).first()
    if row is None:
        raise AbsentError("unknown_process", "Cette démarche n’existe pas.")
    context = {
        "row": row,
        "badge": _state(row),
        "facts": _facts(row),
        "documents": _documents(row),
        "steps": _steps(row),
        "keeping": _keeping(row),
    }
    return render(request, "exchange/console/process.html", context)


def _facts(row: Any) -> list[Row]:
    receiving = queries.recipients_by_process().get(row.code, 0)
    return [
        Row(_("Code"), row.code),
        Row(_("Déposant"), row.depositor or _("tout organisme habilité")),
        Row(_("Organismes abonnés"), str(receiving)),
        Row(_("Fondement juridique"), row.legal_basis or _("non renseigné")),
        Row(_("Abonnements validés"), Validation(row.validation).label),
        Row(_("Messages entre les parties"), _("Oui") if row.messages_allowed else _("Non")),
        Row(_("Message joint au changement d’état"), _("Oui") if row.messages_with_status else _("Non")),
        Row(_("Taille maximale d’une pièce"), say_size(row.max_attachment_bytes)),
        Row(_("Formats des pièces"), _listed(row.attachment_formats)),
        Row(_("Formats des réponses"), _listed(row.answer_formats)),
    ]


def _listed(values: Iterable[str]) -> str:
    return ", ".join(values) or _("tous")


def _documents(row: Any) -> Table:
    checked, signed = catalogue.message_types(), catalogue.signed_types()
    return Table(
        caption=_("Pièces attendues"),
        columns=[Column(_("Pièce")), Column(_("Code")), Column(_("Contrôle"))],
        rows=[
            [row.said_attachment(kind), kind, _check(shaped=kind in checked, signed=kind in signed)]
            for kind in row.attachment_types
        ],
        counted=False,
        empty=_("Cette démarche ne fixe pas les pièces."),
    )


def _check(*, shaped: bool, signed: bool) -> str:
    if shaped and signed:
        return _("structure et signature")
    return _("structure") if shaped else _("aucun au-delà du format")


def _steps(row: Any) -> Table:
    days = row.alert_days
    return Table(
        caption=_("États d’un dossier"),
        columns=[Column(_("État")), Column(_("Peut devenir")), Column(_("Délai avant alerte"))],
        rows=[
            [
                status.label,
                ", ".join(str(CaseStatus(after).label) for after in sorted(_next(row, status))),
                _days(days[status]) if days.get(status) else _("aucun"),
            ]
            for status in CaseStatus
            if _next(row, status)
        ],
        counted=False,
        empty=_("Les états sont ceux de la démarche « %(name)s ».") % {"name": Workflow(row.workflow).label},
    )


def _next(row: Any, status: CaseStatus) -> frozenset[CaseStatus]:
    return catalogue.next_states(row.workflow, status)


def _days(count: int) -> str:
    return ngettext("%(count)d jour", "%(count)d jours", count) % {"count": count}


def _keeping(row: Any) -> list[Row]:
    state = CaseStatus(row.status_before_file_deletion).label
    after = _("%(days)s après l’état « %(state)s »")
    return [
        Row(_("Pièces effacées"), after % {"days": _days(row.days_before_file_deletion), "state": state}),
        Row(_("Dossier archivé"), _("%(days)s plus tard") % {"days": _days(row.days_before_archiving)}),
        Row(_("Dossier effacé"), _("%(days)s plus tard") % {"days": _days(row.days_before_folder_deletion)}),
        Row(_("Erreur d’état annulable pendant"), _("%(minutes)s minutes") % {"minutes": row.undo_minutes}),
    ]
