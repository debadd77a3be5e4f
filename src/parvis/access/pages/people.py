"""The people of an organisation: who works where, and what each may do."""

from typing import Any
from uuid import UUID

from django.db.models import Q
from django.http import HttpResponse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from parvis.access import commands, queries
from parvis.access.forms import EndForm, MemberForm
from parvis.access.pages.frame import Frame, action_names, administration, process_name
from parvis.access.pages.places import unit_choices
from parvis.access.pages.rights import rights_table
from parvis.core.actor import Actor
from parvis.core.clock import today
from parvis.core.errors import AbsentError
from parvis.directory import queries as directory
from parvis.directory.enums import LinkStrength, MembershipState
from parvis.ui.components.messages import badge
from parvis.ui.dates import when
from parvis.ui.parts import Column, Link, Row, Table


def members_seen(frame: Frame) -> Any:
    """Return the memberships that one administers, by name."""
    rows = directory.members_of(frame.organisation.id)
    if frame.whole:
        return rows
    mine = Q(pk__in=())
    for area in frame.areas:
        mine |= Q(unit__path__startswith=area)
    return rows.filter(mine)


@administration
def people(frame: Frame) -> HttpResponse:
    """Who works here."""
    rows, text = members_seen(frame), frame.request.GET.get("q", "")[:100]
    if text:
        names = ("account__first_name", "account__last_name", "account__email", "unit__name", "title")
        rows = rows.filter(Q(*((f"{name}__icontains", text) for name in names), _connector=Q.OR))
    page = frame.page(rows)
    table = Table(
        caption=_("Agents"),
        columns=[Column(_("Personne")), Column(_("Service")), Column(_("Fonction")), Column(_("État"))],
        rows=[
            [
                Link(str(row.account), frame.url("member", row.id), context=str(row.unit or "")),
                row.unit.name if row.unit else frame.organisation.name,
                row.title or "–",
                _state(row),
            ]
            for row in page
        ],
        total=page.paginator.count,
        empty=_("Personne ici. Ajoutez un agent qui a déjà créé son compte."),
    )
    context = {
        "table": table,
        "results": page,
        "search": _("Nom, adresse, service ou fonction"),
        "new": frame.url("add_member"),
        "new_label": _("Ajouter un agent"),
    }
    return frame.draw("access/list.html", _("Agents"), context)


def _state(row: Any) -> SafeString:
    if row.state == MembershipState.SUSPENDED:
        return badge("warning", _("Suspendu"))
    if row.ends_on:
        return badge("info", _("Part bientôt"))
    return badge("neutral", _("Extérieur")) if row.is_external else badge("success", _("Actif"))


@administration
def add_member(frame: Frame) -> HttpResponse:
    """Have someone work here."""
    asked = frame.asked()
    form = MemberForm(asked, choices={"unit": unit_choices(frame, whole=True)})
    if asked is not None and form.is_valid():
        answers = form.cleaned_data
        made: list[UUID] = []

        def add() -> None:
            made.append(
                commands.add_member(
                    email=answers["email"],
                    organisation=frame.organisation.id,
                    unit=UUID(answers["unit"]) if answers["unit"] else None,
                    title=answers["title"],
                    is_external=answers["is_external"],
                    ends_on=answers["ends_on"],
                    actor=frame.actor,
                )
            )

        if frame.attempt(form, add, _("L’agent est ajouté. Donnez-lui maintenant ses droits.")):
            return frame.back("member", made[0])
    context = {"form": form, "label": _("Ajouter l’agent"), "back": frame.url("people")}
    return frame.draw("access/form.html", _("Ajouter un agent"), context, above=frame.url("people"))


@administration
def member(frame: Frame, membership_id: UUID) -> HttpResponse:
    """One person: where they work, their rights, and what they see."""
    row = members_seen(frame).filter(id=membership_id).first()
    if row is None:
        raise AbsentError("membership_unknown", "Cette personne ne travaille pas, ou plus, dans cet organisme.")
    asked = frame.asked()
    gesture = asked.get("geste", "") if asked else ""
    form = EndForm(asked if gesture == "terminer" else None, initial={"on": today()})
    if gesture and _done(frame, row, gesture, form):
        return frame.back("people" if gesture == "terminer" else "member", *([] if gesture == "terminer" else [row.id]))
    context = {
        "row": row,
        "form": form,
        "badge": _state(row),
        "facts": _facts(frame, row),
        "table": rights_table(frame, _grants(frame, row), _("Ses droits dans cet organisme")),
        "preview": _preview(frame, row),
        "suspended": row.state == MembershipState.SUSPENDED,
        "give": f"{frame.url('give')}?a=membership:{row.id}",
        "cover": f"{frame.url('cover')}?absent={row.id}",
    }
    return frame.draw("access/member.html", str(row.account), context, above=frame.url("people"))


def _facts(frame: Frame, row: Any) -> list[Row]:
    return [
        Row(_("Service"), row.unit.name if row.unit else frame.organisation.name),
        Row(_("Fonction"), row.title or _("Non renseignée")),
        Row(_("Lien avec l’organisme"), LinkStrength(row.link).label),
        Row(_("Depuis"), when(row.starts_on)),
        Row(_("Dernier jour"), when(row.ends_on) if row.ends_on else _("Aucun prévu")),
    ]


def _grants(frame: Frame, row: Any) -> Any:
    """What they hold: their own, those of their post, those of the units above their desk."""
    above = [UUID(step) for step in row.unit.path.strip("/").split("/")] if row.unit else []
    held = Q(principal_kind="account", principal_id=row.account_id)
    held |= Q(principal_kind="membership", principal_id=row.id)
    held |= Q(principal_kind="unit", principal_id__in=above)
    return queries.live_grants(frame.organisation.id).filter(held).order_by("created_at")


def _preview(frame: Frame, row: Any) -> Table:
    """What this person may do here, as the decision itself says."""
    as_them = Actor("account", row.account_id, assurance=(3, 3, 2))
    rows = [
        [process_name(process), action_names(sorted(actions)), place or _("Tout l’organisme")]
        for process, actions, place in queries.summary(as_them, frame.organisation.id)
    ]
    return Table(
        caption=_("Ce que cette personne voit et peut faire"),
        columns=[Column(_("Démarche")), Column(_("Droits")), Column(_("Sur quoi"))],
        rows=rows,
        counted=False,
        empty=_("Rien : cette personne ne voit aucun dossier de cet organisme."),
    )


def _done(frame: Frame, row: Any, gesture: str, form: EndForm) -> bool:
    if gesture == "terminer":
        return form.is_valid() and frame.attempt(
            form,
            lambda: commands.end_membership(membership=row.id, on=form.cleaned_data["on"], actor=frame.actor),
            _("C’est enregistré : ses droits prennent fin avec son dernier jour."),
        )
    if gesture == "suspendre":
        return frame.attempt(
            None,
            lambda: commands.suspend_member(membership=row.id, actor=frame.actor),
            _("L’agent est suspendu : ses droits n’ouvrent plus rien."),
        )
    if gesture == "retablir":
        return frame.attempt(
            None,
            lambda: commands.reinstate_member(membership=row.id, actor=frame.actor),
            _("L’agent est rétabli, avec ses droits."),
        )
    return False
