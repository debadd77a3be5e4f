"""Rights: the list, giving one in plain words, and each one with what it hangs from."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.http import HttpResponse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from parvis.access import commands, queries
from parvis.access.commands import Holder, Wanted
from parvis.access.conditions import GRAMMAR
from parvis.access.enums import Action, PrincipalKind
from parvis.access.forms import GiveForm, midnight_after
from parvis.access.pages.frame import Frame, action_names, administration, process_choices, process_name
from parvis.access.pages.places import unit_choices
from parvis.core.clock import PARIS, now
from parvis.core.errors import AbsentError
from parvis.ui.components.messages import badge
from parvis.ui.dates import when
from parvis.ui.parts import Column, Link, Row, Table


def seen(frame: Frame, rows: Any) -> Any:
    """Keep the rights that lie where one administers."""
    if frame.whole:
        return rows
    mine = Q(pk__in=())
    for area in frame.areas:
        mine |= Q(unit__path__startswith=area)
    return rows.filter(mine)


def rights_table(frame: Frame, rows: Any, caption: str, empty: str = "") -> Table:
    """Return rights as a table: who, what, on what, until when."""
    listed = list(rows)
    names = queries.holders(listed)
    return Table(
        caption=caption,
        columns=[
            Column(_("Droits")),
            Column(_("Donnés à")),
            Column(_("Démarche")),
            Column(_("Sur quoi")),
            Column(_("Jusqu’au")),
        ],
        rows=[
            [
                Link(action_names(row.actions), frame.url("right", row.id), context=names[row.id]),
                holder_name(row, names[row.id]),
                process_name(row.process_code),
                place_name(row),
                until(row),
            ]
            for row in listed
        ],
        counted=False,
        empty=empty or _("Aucun droit."),
    )


def last_day(end: datetime) -> date:
    """Return the last day before an end: what ends at midnight lasts until the day before."""
    return (end - timedelta(seconds=1)).astimezone(PARIS).date()


def until(row: Any) -> SafeString | str:
    """Return the last day of a right."""
    end = row.effective_to or row.valid_to
    return when(last_day(end)) if end else _("sans fin")


def holder_name(row: Any, name: str) -> str:
    """Return who holds a right, with what they are when it is not a person."""
    if row.principal_kind in (PrincipalKind.ACCOUNT, PrincipalKind.MEMBERSHIP):
        return name or _("Personne partie")
    said = {
        PrincipalKind.UNIT: _("Service %(name)s"),
        PrincipalKind.CLIENT: _("Logiciel %(name)s"),
        PrincipalKind.MANDATE: _("Mandat de %(name)s"),
    }
    return said[PrincipalKind(row.principal_kind)] % {"name": name}


def place_name(row: Any) -> str:
    """Return what a right bears on."""
    place = row.unit.name if row.unit and row.unit.parent_id else _("Tout l’organisme")
    return f"{place} ({', '.join(condition_words(row.condition))})" if row.condition else place


def condition_words(condition: Any) -> list[str]:
    """Return each clause of a condition in words."""
    said = []
    for fact, clause in condition.items():
        (value,) = clause.values()
        label = str(GRAMMAR[fact][0])
        if value is True:
            said.append(label)
        else:
            shown = " – ".join(map(str, value)) if fact == "year" else ", ".join(map(str, _list(value)))
            said.append(f"{label} : {shown}")
    return said


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


@administration
def rights(frame: Frame) -> HttpResponse:
    """The rights in force."""
    page = frame.page(seen(frame, queries.live_grants(frame.organisation.id)).order_by("-created_at"))
    context = {
        "table": rights_table(frame, page, _("Droits en cours")),
        "results": page,
        "lead": _("Pour donner un droit, ouvrez la page d’un agent ou d’un service."),
    }
    return frame.draw("access/list.html", _("Droits"), context)


@administration
def waiting(frame: Frame) -> HttpResponse:
    """The rights that wait for a second administrator."""
    page = frame.page(seen(frame, queries.pending_grants(frame.organisation.id)))
    context = {
        "table": rights_table(frame, page, _("Droits à approuver"), _("Rien n’attend votre accord.")),
        "results": page,
        "lead": _("Un droit sensible n’ouvre rien tant qu’un second administrateur ne l’a pas approuvé."),
    }
    return frame.draw("access/list.html", _("À approuver"), context)


@administration
def give(frame: Frame) -> HttpResponse:
    """Give a right to the person or unit that the address names (``?a=membership:…``)."""
    to = _holder(frame.request.GET.get("a", ""))
    name = queries.named([(to.kind, to.id)]).get(to.id)
    if name is None:
        raise AbsentError("unknown_holder", "Choisissez d’abord l’agent ou le service qui recevra ce droit.")
    asked = frame.asked()
    choices = {"process": process_choices(), "unit": unit_choices(frame, whole=True)}
    form = GiveForm(asked, choices=choices)
    if asked is not None and form.is_valid():
        made: list[UUID] = []

        def do() -> None:
            made.append(commands.give(to=to, wanted=_wanted(frame, form), actor=frame.actor))

        if frame.attempt(form, do, _("C’est enregistré.")):
            return frame.back("right", made[0])
    back = frame.url("member", to.id) if to.kind == PrincipalKind.MEMBERSHIP else frame.url("unit", to.id)
    context = {"form": form, "label": _("Donner ce droit"), "back": back, "kicker": name}
    return frame.draw("access/give.html", _("Donner un droit"), context, above=frame.url("rights"))


def _holder(text: str) -> Holder:
    kind, _separator, one = text.partition(":")
    try:
        if kind in (PrincipalKind.MEMBERSHIP, PrincipalKind.UNIT):
            return Holder(PrincipalKind(kind), UUID(one))
    except ValueError:
        pass
    raise AbsentError("unknown_holder", "Choisissez d’abord l’agent ou le service qui recevra ce droit.")


def _wanted(frame: Frame, form: GiveForm) -> Wanted:
    answers = form.cleaned_data
    return Wanted(
        frame.organisation.id,
        frozenset(Action(one) for one in answers["actions"]),
        answers["process"],
        UUID(answers["unit"]) if answers["unit"] else None,
        form.condition(),
        (0, 2, 0) if answers["strong"] else (0, 0, 0),
        int(answers["depth"]),
        midnight_after(answers["valid_to"]),
        answers["reason"],
    )


@administration
def right(frame: Frame, grant_id: UUID) -> HttpResponse:
    """One right: its facts, those it hangs from, and what can be done of it."""
    row = seen(frame, queries.grants_of(frame.organisation.id)).filter(id=grant_id).first()
    if row is None:
        raise AbsentError("unknown_grant", "Ce droit n’existe pas ou n’existe plus.")
    asked = frame.asked()
    gesture = asked.get("geste", "") if asked else ""
    if gesture in _GESTURES and frame.attempt(None, lambda: _GESTURES[gesture](row.id, frame), _said(gesture)):
        return frame.back("right", row.id)
    live = row.revoked_at is None and (row.valid_to is None or row.valid_to > now())
    context = {
        "row": row,
        "badge": _state(row),
        "facts": _facts(row),
        "chain": rights_table(frame, queries.chain_of(row)[1:], _("Découle de")) if row.parent_id else None,
        "live": live and not row.pending,
        "pending": row.pending and row.revoked_at is None,
        "confirming": gesture == "retirer",
    }
    return frame.draw("access/right.html", action_names(row.actions), context, above=frame.url("rights"))


_GESTURES = {
    "approuver": lambda grant, frame: commands.approve(grant_id=grant, actor=frame.actor),
    "renouveler": lambda grant, frame: commands.renew(grant_id=grant, actor=frame.actor),
    "confirmer": lambda grant, frame: commands.confirm(grant_id=grant, actor=frame.actor),
    "retirer-vraiment": lambda grant, frame: commands.revoke(grant_id=grant, actor=frame.actor),
}


def _said(gesture: str) -> str:
    return {
        "approuver": _("Le droit est approuvé : il ouvre dès maintenant."),
        "renouveler": _("Le droit est donné à nouveau, pour un an."),
        "confirmer": _("Le droit est confirmé."),
        "retirer-vraiment": _("Le droit est retiré, avec ceux qui en découlaient."),
    }[gesture]


def _state(row: Any) -> SafeString:
    if row.revoked_at:
        return badge("error", _("Retiré"))
    if row.pending:
        return badge("warning", _("À approuver"))
    if row.suspended_at:
        return badge("warning", _("Suspendu"))
    end = row.effective_to or row.valid_to
    return badge("neutral", _("Terminé")) if end and end <= now() else badge("success", _("En cours"))


def _facts(row: Any) -> list[Row]:
    names = queries.authors([row.granted_by, row.approved_by, row.reviewed_by, row.revoked_by])
    facts = [
        Row(_("Donnés à"), holder_name(row, queries.holders([row])[row.id])),
        Row(_("Démarche"), process_name(row.process_code)),
        Row(_("Sur quoi"), place_name(row)),
        Row(_("Depuis"), when(row.valid_from)),
        Row(_("Jusqu’au"), until(row)),
        Row(_("Donné par"), names[row.granted_by]),
        Row(_("Motif"), row.reason or _("Non renseigné")),
    ]
    if row.min_authn or row.min_identity or row.min_org:
        facts.append(Row(_("Connexion exigée"), _("Deux facteurs") if row.min_authn else _("Identité vérifiée")))
    if row.depth:
        facts.append(Row(_("Peut être retransmis"), _("Oui")))
    if row.approved_by:
        facts.append(Row(_("Approuvé par"), names[row.approved_by]))
    if row.reviewed_at:
        facts.append(Row(_("Confirmé le"), when(row.reviewed_at)))
    if row.revoked_at:
        facts.append(Row(_("Retiré le"), when(row.revoked_at)))
    return facts
