"""Watching over rights: the quarterly review, who sees what and why, the sheet brought in."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from parvis.access import commands, queries, sheet
from parvis.access.enums import Action
from parvis.access.forms import QuestionForm, SheetForm
from parvis.access.pages.frame import Frame, action_names, administration, process_choices, process_name
from parvis.access.pages.people import members_seen
from parvis.access.pages.places import unit_choices
from parvis.access.pages.rights import holder_name, place_name, rights_table, seen
from parvis.core import words
from parvis.core.actor import Actor
from parvis.core.errors import DomainError
from parvis.ui.dates import when
from parvis.ui.parts import Column, Link, Table

_SHOWN = 50


@administration
def review(frame: Frame) -> HttpResponse:
    """What to confirm this quarter, what ends soon, who no longer comes."""
    asked = frame.asked()
    if asked and asked.get("geste") == "confirmer":
        _confirm(frame, asked.getlist("droit"))
        return frame.back("review")
    if asked and asked.get("geste") == "suspendre" and frame.whole:
        done = commands.suspend_dormant(organisation=frame.organisation.id, actor=frame.actor)
        text = ngettext("%(n)d agent suspendu.", "%(n)d agents suspendus.", len(done)) % {"n": len(done)}
        frame.attempt(None, lambda: None, text)
        return frame.back("review")
    due = list(seen(frame, queries.to_confirm(frame.organisation.id))[:_SHOWN])
    names = queries.holders(due)
    context = {
        "due": [
            {
                "id": row.id,
                "label": f"{holder_name(row, names[row.id])} : {action_names(row.actions)}",
                "hint": f"{process_name(row.process_code)} · {place_name(row)}",
            }
            for row in due
        ],
        "ending": rights_table(
            frame,
            seen(frame, queries.ending_soon(frame.organisation.id))[:_SHOWN],
            _("Droits qui se terminent dans le mois"),
            _("Aucun droit ne se termine dans le mois."),
        ),
        "dormant": _dormant(frame) if frame.whole else None,
    }
    return frame.draw("access/review.html", _("Revue des droits"), context)


def _confirm(frame: Frame, chosen: list[str]) -> None:
    known = {str(row.id): row.id for row in seen(frame, queries.to_confirm(frame.organisation.id))}
    done = 0
    for one in chosen:
        if one in known:
            commands.confirm(grant_id=known[one], actor=frame.actor)
            done += 1
    said = ngettext("%(n)d droit confirmé.", "%(n)d droits confirmés.", done) % {"n": done}
    frame.attempt(None, lambda: None, said)


def _dormant(frame: Frame) -> Table:
    rows = queries.dormant(frame.organisation.id)[:_SHOWN]
    names = queries.named(("membership", row.id) for row in rows)
    return Table(
        caption=_("Agents qui ne sont pas venus depuis 90 jours"),
        columns=[Column(_("Personne")), Column(_("Dernière connexion"))],
        rows=[
            [
                Link(names[row.id], frame.url("member", row.id)),
                when(row.last_login) if row.last_login else _("jamais"),  # type: ignore[arg-type]
            ]
            for row in rows
        ],
        empty=_("Tous les agents sont venus depuis 90 jours."),
    )


@administration
def who(frame: Frame) -> HttpResponse:
    """Who can, or why someone can: the answer is the decision's own."""
    people = [(str(row.account_id), str(row.account)) for row in members_seen(frame)]
    choices = {
        "process": process_choices()[1:],
        "unit": [("", _("Aucun service : à tout l’organisme")), *unit_choices(frame, whole=False)],
        "person": [("", _("Toutes les personnes")), *dict(people).items()],
    }
    sent = frame.request.GET if "action" in frame.request.GET else None
    form = QuestionForm(sent, choices=choices, initial={"action": Action.CASE_READ})
    context: dict[str, Any] = {"form": form}
    if sent is not None and form.is_valid():
        context |= _answer(frame, form.cleaned_data)
    return frame.draw("access/who.html", _("Qui voit quoi"), context)


def _answer(frame: Frame, asked: dict[str, Any]) -> dict[str, Any]:
    unit = UUID(asked["unit"]) if asked["unit"] else None
    thing = queries.Thing(frame.organisation.id, asked["process"], unit)
    action = Action(asked["action"])
    if not asked["person"]:
        return {"seers": _seers(queries.who(action, thing))}
    said = queries.why(Actor("account", UUID(asked["person"])), action, thing)
    ways = [
        rights_table(frame, way, _("Par cette suite de droits") if len(way) > 1 else _("Par ce droit"))
        for way in said.ways
    ]
    names = queries.holders(miss.grant for miss in said.misses)
    misses = Table(
        caption=_("Droits qui ne suffisent pas"),
        columns=[Column(_("Droits")), Column(_("Ce qui manque"))],
        rows=[
            [
                Link(
                    action_names(miss.grant.actions),
                    frame.url("right", miss.grant.id),
                    context=names[miss.grant.id],
                ),
                ", ".join(str(_missing()[code]) for code in miss.because),
            ]
            for miss in said.misses
        ],
        counted=False,
        empty=_("Cette personne n’a aucun autre droit de ce type."),
    )
    return {"allowed": said.decision.allowed, "ways": ways, "misses": misses, "answered": True}


def _missing() -> dict[str, str]:
    return {
        "revoked": _("il a été retiré"),
        "pending": _("il attend l’accord d’un second administrateur"),
        "suspended": _("il est suspendu"),
        "not_yet": _("il n’a pas commencé"),
        "over": _("il est terminé"),
        "parent_over": _("le droit dont il découle est terminé"),
        "other_process": _("il porte sur une autre démarche"),
        "outside": _("il porte sur un autre service"),
        "condition": _("il porte sur certains dossiers seulement"),
        "holder": _("la personne n’est plus, ou pas encore, en poste"),
    }


def _seers(seers: list[Any]) -> Table:
    names = queries.named((one.kind, one.id) for one in seers)
    kinds = {"account": _("Personne"), "client": _("Logiciel")}
    return Table(
        caption=_("Qui a ce droit"),
        columns=[Column(_("Nom")), Column(_("Type")), Column(_("Par mandat"))],
        rows=[
            [names.get(one.id, _("Personne partie")), kinds[one.kind], _("Oui") if one.for_mandant else _("Non")]
            for one in seers
        ],
        total=len(seers),
        empty=_("Personne n’a ce droit, pas même un logiciel."),
    )


@administration
def bring(frame: Frame) -> HttpResponse:
    """Bring a sheet in: first what it would do, then doing it."""
    asked = frame.asked()
    form = SheetForm(asked, frame.request.FILES or None)
    report = None
    if asked is not None and form.is_valid():
        text = sheet.decode(form.cleaned_data["file"].read())
        try:
            report = commands.import_sheet(
                organisation=frame.organisation.id,
                text=text,
                dry_run=asked.get("geste") != "importer",
                actor=frame.actor,
            )
        except DomainError as error:
            form.add_error("file", words.said(error))
    context = {
        "form": form,
        "report": report,
        "problems": _problems(report) if report and report.problems else None,
        "page_errors": bool(report and report.problems),
        "words": ", ".join(sheet.WORDS),
    }
    return frame.draw("access/sheet.html", _("Importer un fichier"), context)


def _problems(report: Any) -> Table:
    return Table(
        caption=_("Lignes à corriger"),
        columns=[Column(_("Ligne"), numeric=True), Column(_("Ce qui ne va pas"))],
        rows=[[str(number), words.said(error)] for number, error in report.problems],
        total=len(report.problems),
    )
