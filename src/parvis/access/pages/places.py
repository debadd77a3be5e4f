"""The units of an organisation: the tree, and each of its places."""

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from parvis.access import commands, queries
from parvis.access.forms import MoveForm, RenameForm, UnitForm
from parvis.access.pages.frame import Frame, administration
from parvis.core.errors import AbsentError
from parvis.directory import queries as directory
from parvis.directory.enums import UnitKind
from parvis.identity import queries as identity
from parvis.ui.parts import Node, Row


@require_safe
@never_cache
@login_required
def organisations(request: HttpRequest) -> HttpResponse:
    """The organisations one administers, and those one may act for; straight to the only one."""
    actor = identity.actor_of_request(request)
    found = queries.administered(actor)
    mandants = queries.mandants_of(actor)
    if len(found) == 1 and not mandants:
        return redirect("access:home", next(iter(found)))
    named = directory.organisations_by_id({*found, *mandants, *filter(None, [actor.acting_for])})
    context = {
        "organisations": sorted((named[one] for one in found), key=str),
        "mandants": sorted((named[one] for one in mandants), key=str),
        "acting_for": named.get(actor.acting_for) if actor.acting_for else None,
    }
    return render(request, "access/organisations.html", context)


@administration
def home(frame: Frame) -> HttpResponse:
    """The tree of the units that one administers."""
    return frame.draw("access/home.html", _("Organigramme"), {"nodes": _nodes(frame)})


def _nodes(frame: Frame) -> list[Node]:
    """Build the tree from rows where parents come before children."""
    children: dict[UUID | None, list[Any]] = {}
    rows = frame.units()
    shown = {row.id for row in rows}
    for row in rows:
        children.setdefault(row.parent_id if row.parent_id in shown else None, []).append(row)

    def node(row: Any) -> Node:
        below = [node(child) for child in sorted(children.get(row.id, []), key=lambda one: one.name)]
        note = f"{UnitKind(row.kind).label} · {row.code}" if row.code else UnitKind(row.kind).label
        return Node(row.name, frame.url("unit", row.id), note, below)

    return [node(row) for row in children.get(None, [])]


def unit_choices(frame: Frame, *, whole: bool) -> list[tuple[str, str]]:
    """Return the units to choose from, indented; the whole organisation first when one administers all of it."""
    rows = frame.units()
    least = min((row.path.count("/") for row in rows), default=0)
    listed = [(str(row.id), f"{'— ' * (row.path.count('/') - least)}{row.name}") for row in rows]
    return [("", _("Tout l’organisme")), *listed] if whole and frame.whole else listed


@administration
def add_unit(frame: Frame) -> HttpResponse:
    """Add a unit."""
    asked = frame.asked()
    choices = {"parent": unit_choices(frame, whole=False)}
    form = UnitForm(asked, choices=choices, initial={"parent": frame.request.GET.get("sous", "")})
    if asked is not None and form.is_valid():
        answers = form.cleaned_data

        def add() -> None:
            commands.add_unit(
                parent=UUID(answers["parent"]),
                name=answers["name"],
                kind=UnitKind(answers["kind"]),
                code=answers["code"],
                actor=frame.actor,
            )

        if frame.attempt(form, add, _("Le service est ajouté.")):
            return frame.back("home")
    context = {"form": form, "label": _("Ajouter le service"), "back": frame.url("home")}
    return frame.draw("access/form.html", _("Ajouter un service"), context, above=frame.url("home"))


@administration
def unit(frame: Frame, unit_id: UUID) -> HttpResponse:
    """One unit: its facts, what can be done of it, the rights given to it."""
    row = next((one for one in frame.units() if one.id == unit_id), None)
    if row is None:
        raise AbsentError("unit_unknown", "Ce service n’existe pas. Choisissez-en un dans l’organigramme.")
    asked = frame.asked()
    gesture = asked.get("geste", "") if asked else ""
    choices = [one for one in unit_choices(frame, whole=False) if one[0] != str(row.id)]
    rename = RenameForm(asked if gesture == "renommer" else None, initial={"name": row.name, "code": row.code})
    move = MoveForm(asked if gesture == "deplacer" else None, choices={"new_parent": choices})
    if gesture and _done(frame, row, gesture, rename, move):
        return frame.back("home" if gesture == "fermer" else "unit", *([] if gesture == "fermer" else [row.id]))
    context = {
        "row": row,
        "facts": _facts(frame, row),
        "rename": rename,
        "move": move,
        "form": move if gesture == "deplacer" else rename,
        "is_root": row.parent_id is None,
    }
    return frame.draw("access/unit.html", row.name, context, above=frame.url("home"))


def _facts(frame: Frame, row: Any) -> list[Row]:
    people = directory.members_of(frame.organisation.id, below=row.path).count()
    given = queries.live_grants(frame.organisation.id).filter(principal_kind="unit", principal_id=row.id).count()
    return [
        Row(_("Type"), UnitKind(row.kind).label),
        Row(_("Code interne"), row.code or _("Aucun")),
        Row(_("Personnes, services rattachés compris"), str(people)),
        Row(_("Droits donnés à tout le service"), str(given)),
    ]


def _done(frame: Frame, row: Any, gesture: str, rename: RenameForm, move: MoveForm) -> bool:
    if gesture == "renommer" and rename.is_valid():
        answers = rename.cleaned_data
        return frame.attempt(
            rename,
            lambda: commands.rename_unit(unit=row.id, name=answers["name"], code=answers["code"], actor=frame.actor),
            _("Le service est renommé."),
        )
    if gesture == "deplacer" and move.is_valid():
        target = UUID(move.cleaned_data["new_parent"])
        return frame.attempt(
            move,
            lambda: commands.move_unit(unit=row.id, new_parent=target, actor=frame.actor),
            _("Le service est déplacé, avec tout ce qui lui est rattaché."),
        )
    if gesture == "fermer":
        return frame.attempt(
            None, lambda: commands.close_unit(unit=row.id, actor=frame.actor), _("Le service est fermé.")
        )
    return False
