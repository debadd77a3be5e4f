"""Acting for another: mandates to editors, absences, and choosing for whom one acts."""

import hashlib
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from parvis.access import commands, queries
from parvis.access.commands import Deed, Line
from parvis.access.enums import NEVER_BY_MANDATE, Action
from parvis.access.forms import AbsenceForm, MandateForm, midnight_after
from parvis.access.pages.frame import Frame, action_names, administration, process_choices, process_name
from parvis.access.pages.people import members_seen
from parvis.access.pages.rights import last_day
from parvis.core import words
from parvis.core.errors import AbsentError, DomainError
from parvis.directory import queries as directory
from parvis.identity import queries as identity
from parvis.ui.components.messages import badge
from parvis.ui.dates import when
from parvis.ui.parts import Column, Link, Row, Table


@login_required
@require_POST
def act_for(request: HttpRequest) -> HttpResponse:
    """Act for an organisation from now on in this session, or for nobody else again."""
    actor = identity.actor_of_request(request)
    chosen = request.POST.get("organisme", "")
    try:
        organisation = UUID(chosen) if chosen else None
        commands.act_for(organisation=organisation, actor=actor)
    except (ValueError, DomainError) as error:
        said = words.said(error) if isinstance(error, DomainError) else _("Cet organisme n’existe pas.")
        messages.error(request, said)
    else:
        request.session.pop(identity.ACTING_FOR, None)
        if organisation:
            request.session[identity.ACTING_FOR] = str(organisation)
    return redirect("access:organisations")


@administration
def mandates(frame: Frame) -> HttpResponse:
    """The mandates that the organisation gave."""
    page = frame.page(queries.mandates_of(frame.organisation.id))
    table = Table(
        caption=_("Mandats donnés"),
        columns=[Column(_("Éditeur")), Column(_("Acte")), Column(_("Jusqu’au")), Column(_("État"))],
        rows=[
            [
                Link(row.editor.name, frame.url("mandate", row.id)),
                row.act_reference,
                when(last_day(row.valid_to)),
                _state(row),
            ]
            for row in page
        ],
        total=page.paginator.count,
        empty=_("Aucun mandat. Un mandat laisse un éditeur agir pour votre organisme, par un acte signé."),
    )
    context = {
        "table": table,
        "results": page,
        "new": frame.url("new_mandate") if frame.whole else "",
        "new_label": _("Donner un mandat"),
    }
    return frame.draw("access/list.html", _("Mandats"), context)


def _state(row: Any) -> Any:
    if row.revoked_at:
        return badge("error", _("Retiré"))
    return badge("success", _("En cours")) if row.is_live else badge("neutral", _("Terminé"))


@administration
def new_mandate(frame: Frame) -> HttpResponse:
    """Give a mandate: the signed act is read for its fingerprint, and not kept."""
    asked = frame.asked()
    offered = [(one.value, one.label) for one in Action if one not in NEVER_BY_MANDATE]
    choices = {"actions": offered, "process": process_choices()}
    form = MandateForm(asked, frame.request.FILES or None, choices=choices)
    if asked is not None and form.is_valid():
        made: list[UUID] = []
        if frame.attempt(form, lambda: made.append(_give(frame, form)), _("Le mandat est enregistré.")):
            return frame.back("mandate", made[0])
    context = {"form": form, "label": _("Enregistrer le mandat"), "back": frame.url("mandates"), "sends_file": True}
    return frame.draw("access/form.html", _("Donner un mandat"), context, above=frame.url("mandates"))


def _give(frame: Frame, form: MandateForm) -> UUID:
    answers = form.cleaned_data
    editor = directory.organisation_named(answers["siret"])
    if editor is None:
        raise AbsentError("unknown_editor", "Aucun organisme ne porte ce SIRET.", field="siret")
    line = Line([Action(one) for one in answers["actions"]], answers["process"])
    deed = Deed(
        editor.id,
        answers["reference"],
        hashlib.file_digest(answers["document"], "sha256").hexdigest(),
        answers["signed_on"],
        [line],
        midnight_after(answers["valid_to"]),
    )
    return commands.give_mandate(organisation=frame.organisation.id, deed=deed, actor=frame.actor)


@administration
def mandate(frame: Frame, mandate_id: UUID) -> HttpResponse:
    """One mandate: its act, its lines, ending it."""
    row = queries.mandates_of(frame.organisation.id).filter(id=mandate_id).first()
    if row is None:
        raise AbsentError("unknown_mandate", "Ce mandat n’existe pas.")
    asked = frame.asked()
    gesture = asked.get("geste", "") if asked else ""
    if gesture == "retirer-vraiment" and frame.attempt(
        None,
        lambda: commands.revoke_mandate(mandate_id=row.id, actor=frame.actor),
        _("Le mandat est retiré : l’éditeur ne peut plus agir pour vous."),
    ):
        return frame.back("mandate", row.id)
    lines = queries.grants_of(frame.organisation.id).filter(principal_kind="mandate", principal_id=row.id)
    facts = [
        Row(_("Éditeur"), row.editor.name),
        Row(_("Acte"), row.act_reference),
        Row(_("Signé le"), when(row.signed_on)),
        Row(_("Empreinte SHA-256 de l’acte"), row.act_sha256),
        Row(_("Jusqu’au"), when(last_day(row.valid_to))),
        *(Row(process_name(line.process_code), action_names(line.actions)) for line in lines),
    ]
    context = {
        "row": row,
        "badge": _state(row),
        "facts": facts,
        "live": row.is_live,
        "confirming": gesture == "retirer",
    }
    return frame.draw("access/mandate.html", row.editor.name, context, above=frame.url("mandates"))


@administration
def absences(frame: Frame) -> HttpResponse:
    """The absences that are covered, now or soon."""
    asked = frame.asked()
    if asked:
        ended = asked.get("fin", "")
        known = {str(row.id): row.id for row in queries.absences_of(frame.organisation.id)}
        if ended in known:
            said = _("La suppléance est terminée.")
            frame.attempt(None, lambda: commands.end_cover(cover_id=known[ended], actor=frame.actor), said)
        return frame.back("absences")
    rows = queries.absences_of(frame.organisation.id)
    context = {"rows": rows, "new": frame.url("cover")}
    return frame.draw("access/absences.html", _("Absences"), context)


@administration
def cover(frame: Frame) -> HttpResponse:
    """Have someone stand in for a colleague."""
    asked = frame.asked()
    people = [("", _("Choisissez une personne"))]
    people += [(str(row.id), f"{row.account} – {row.unit or frame.organisation.name}") for row in members_seen(frame)]
    form = AbsenceForm(
        asked,
        choices={"absent": people, "substitute": people},
        initial={"absent": frame.request.GET.get("absent", "")},
    )
    if asked is not None and form.is_valid():
        answers = form.cleaned_data

        def do() -> None:
            commands.cover_absence(
                absent=UUID(answers["absent"]),
                substitute=UUID(answers["substitute"]),
                starts_on=answers["starts_on"],
                ends_on=answers["ends_on"],
                actor=frame.actor,
            )

        if frame.attempt(form, do, _("La suppléance est enregistrée.")):
            return frame.back("absences")
    context = {"form": form, "label": _("Enregistrer la suppléance"), "back": frame.url("absences")}
    return frame.draw("access/form.html", _("Suppléer une absence"), context, above=frame.url("absences"))
